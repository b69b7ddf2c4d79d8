"""The file of a profile: as it was read, or written from the plain values that it was made of."""

from __future__ import annotations

from charte_registry.profiles import Profile


def profile_text(profile: Profile) -> bytes:
    """Return the TOML file of a profile.

    Parameters
    ----------
    profile : Profile
        The profile.

    Returns
    -------
    bytes
        The file, in UTF-8.
    """
    if not profile.is_json:
        return profile.content
    from charte_registry.files.toml_text import render

    return render(profile.to_dict()).encode("utf-8")
