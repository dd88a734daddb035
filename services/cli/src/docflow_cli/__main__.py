from docflow_cli.main import run

run()
