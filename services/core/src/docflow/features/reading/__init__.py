"""From candidates to fields: typed, found on a page, and as sure as their evidence."""
