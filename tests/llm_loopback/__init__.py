"""Two vendors' protocols on this machine, as strict as they are: for tests, demos and measurements.

Answers come from fixtures by picture, else from a plain reader of "Label: value" lines that knows nothing of the product.
"""
