"""Reads the fields of one document; a pure function of its words and the client's schema."""

from collections.abc import Mapping, Sequence

from docflow.adapters.llm.offline.fields import candidates_of, concept_of
from docflow.adapters.llm.offline.lexicon import CONCEPTS, words_of_name
from docflow.adapters.llm.offline.sheet import Sheet
from docflow.adapters.llm.offline.tables import rows_of
from docflow.domain.json_types import JsonObject
from docflow.domain.output_schema import OutputShape, shape_of
from docflow.domain.ports.llm import Candidate, Extraction
from docflow.domain.reading import Page


def read_fields(pages: Sequence[Page], schema: JsonObject) -> Extraction:
    """Candidates for every field the schema names, best first; a field without any is not on the document."""
    shape = shape_of(schema)
    sheet = Sheet(pages, _labels(shape))
    tables = {table.path: rows for table in shape.tables if (rows := rows_of(sheet, table))}
    fields = {spec.path: candidates_of(sheet, spec) for spec in shape.fields if spec.name != "line_count"}
    counted = next(iter(tables.values()), None)
    for spec in shape.fields:
        if spec.name == "line_count" and counted:
            fields[spec.path] = [Candidate(str(len(counted)), label_found=None)]
    return Extraction({path: found for path, found in fields.items() if found}, tables)


def _labels(shape: OutputShape) -> Mapping[str, Sequence[str]]:
    """The known labels, with the client's own for the concepts its fields ask for."""
    labels: dict[str, tuple[str, ...]] = dict(CONCEPTS)
    for spec in shape.fields:
        concept = concept_of(spec)
        own = spec.labels if concept in CONCEPTS else (*spec.labels, words_of_name(spec.name))
        labels[concept] = (*labels.get(concept, ()), *own)
    return labels
