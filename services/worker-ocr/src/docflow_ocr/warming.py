"""What the first document of a child would wait for: libraries and schemas, loaded before it comes."""


def warm_up() -> None:
    """For every child of the `parse` pool; 0.4 s and 45 MB of which the first invoice would have needed most."""
    import docflow_ocr.pages.opening
    from docflow_ocr.e_invoice import schemas

    assert docflow_ocr.pages.opening
    schemas.load_all()
