"""Questions about any point: asked over HTTP, answered in processes that can be stopped."""
