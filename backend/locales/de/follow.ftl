# On a page of the portal that is no longer right.
follow-changed = Es hat sich etwas geändert.
