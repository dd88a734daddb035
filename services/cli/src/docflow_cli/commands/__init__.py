"""One verb a file. Heavy libraries are imported inside the verbs, so that `docflow --help` stays fast."""
