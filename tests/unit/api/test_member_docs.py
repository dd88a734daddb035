from docflow_api.app import described


def test_the_members_of_a_submission_say_what_they_are() -> None:
    schemas = described()["components"]["schemas"]
    told = {name: member.get("description") for name, member in schemas["ProcessIn"]["properties"].items()}
    assert all(told.values())
    assert told["callback_url"] == "Is sent this process's events, signed like those of webhooks."
    inherited = schemas["SettledProcessOut"]["properties"]["version"]["description"]
    assert inherited == "Counts its changes; it is the ETag."
    assert schemas["ConfigurationIn"]["properties"]["workflow"]["description"].startswith("Steps and")
