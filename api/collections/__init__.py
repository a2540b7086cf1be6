"""Tables as collections of features, as OGC API Features has them."""
