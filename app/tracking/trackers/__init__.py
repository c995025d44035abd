"""GPS programs and devices that are not our app, each with a key of its own."""
