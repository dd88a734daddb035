"""One folder a noun: models, repository, service, and periodic work where it has some."""
