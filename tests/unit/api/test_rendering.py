from docflow.features.documents.models import Document
from docflow.features.processes.models import Process
from docflow_api.rendering.files import attachment
from docflow_api.rendering.page import result_page

NASTY = "<script>alert(1)</script>"


def field(value: object) -> dict[str, object]:
    return {"value": value, "confidence": 0.91, "page": 1, "source": "text_layer"}


def test_everything_from_a_document_is_escaped() -> None:
    document = Document(file_name=NASTY, ocr_text=NASTY, text_source="ocr", page_count=1, error_code=None)
    result = {"fields": {NASTY: field(NASTY)}, "tables": {NASTY: [{NASTY: field(NASTY)}]}}
    page = result_page(Process(process_type_id=NASTY, status="completed"), result, [document], [])
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 8


def test_the_page_tells_confidence_words_and_pages() -> None:
    document = Document(
        file_name="a.pdf", ocr_text="one two three", text_source="ocr", page_count=2, ocr_confidence=0.876
    )
    page = result_page(Process(process_type_id="t", status="completed"), {}, [document], [])
    assert "2 pages · 3 words" in page
    assert "87.6 %" in page


def test_a_summary_stands_above_the_fields_and_is_escaped() -> None:
    process = Process(process_type_id="t", status="completed")
    page = result_page(process, {"summary": f"Over 7.00 {NASTY}", "fields": {"total": field("7.00")}}, [], [])
    assert 0 < page.index("Over 7.00 &lt;script&gt;") < page.index("<h2>Fields")
    assert "Over" not in result_page(process, {"summary": None}, [], [])


def test_an_attachments_name_is_safe_in_the_header_and_kept_for_new_clients() -> None:
    assert attachment('Größe "1".pdf') == (
        "attachment; filename=\"Gr__e _1_.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%221%22.pdf"
    )
