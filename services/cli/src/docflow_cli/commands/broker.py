import typer

broker = typer.Typer(help="What the program declares on RabbitMQ.", no_args_is_help=True)


@broker.callback()
def about() -> None:
    """What the program declares on RabbitMQ."""


@broker.command()
def topology() -> None:
    """Print exchanges, queues with their arguments and bindings as JSON. Asks no broker."""
    import json

    from docflow.runtime.container import topology as declared

    typer.echo(json.dumps(declared(), indent=2))
