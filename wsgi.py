from partsweb import create_app

app = create_app()
