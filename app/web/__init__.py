"""What browsers load: the faces, which are built from `web/`, and the tiles of their maps."""
