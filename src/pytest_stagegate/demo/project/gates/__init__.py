"""What must be true before parcel-rates moves on: gates of this project alone."""
