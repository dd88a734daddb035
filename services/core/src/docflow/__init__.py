"""What all DocFlow services share: domain, database, adapters, runtime."""
