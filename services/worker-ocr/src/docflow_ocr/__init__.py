"""INGEST and INTELLIGENT_OCR: reads documents."""
