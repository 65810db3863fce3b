"""Ground floor: what we keep. Imports none of the other rooms."""
