"""What every page draws with: base map, Leaflet, layers, legends, assets, the frame of a page."""
