"""Companies: registration, requisites, logo, document numbers."""
