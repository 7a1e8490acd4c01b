# On a page of the portal that is no longer right.
follow-changed = Algo ha cambiado.
