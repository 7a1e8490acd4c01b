# On a page of the portal that is no longer right.
follow-changed = 状況が変わりました。
