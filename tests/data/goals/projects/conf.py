project = "parcel-rates"
version = release = "1.4"
extensions = ["sphinx_needs"]
needs_build_json = True
needs_reproducible_json = False
needs_extra_options = ["priority", "owner", "acceptance", "milestone", "benefit", "resources"]
