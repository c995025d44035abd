// A border that is drawn on the map: a click adds a corner, a corner is dragged, a double click removes it.
import L from 'leaflet';

/** Longitude, latitude: as GeoJSON and the API write it. */
export type Corner = [number, number];

export class BorderEditor {
  #shape: L.Polygon;
  #handles = L.layerGroup();

  /** `onchange` gets all corners after each change. The ring is open: the first corner is not repeated. */
  constructor(
    private readonly map: L.Map,
    private corners: Corner[],
    private readonly onchange: (corners: Corner[]) => void,
  ) {
    this.#shape = L.polygon([], { dashArray: '6 4', weight: 2.5 }).addTo(map);
    this.#handles.addTo(map);
    map.doubleClickZoom.disable();
    map.on('click', this.#add);
    this.#draw();
    if (corners.length) map.fitBounds(this.#shape.getBounds(), { padding: [30, 30] });
  }

  remove(): void {
    this.map.off('click', this.#add);
    this.map.doubleClickZoom.enable();
    this.#shape.remove();
    this.#handles.remove();
  }

  #add = ({ latlng }: L.LeafletMouseEvent) => {
    this.#change([...this.corners, cornerOf(latlng)]);
  };

  #change(corners: Corner[]): void {
    this.corners = corners;
    this.#draw();
    this.onchange(corners);
  }

  #draw(): void {
    this.#shape.setLatLngs(this.corners.map(([lon, lat]) => [lat, lon]));
    this.#handles.clearLayers();
    for (const [index, [lon, lat]] of this.corners.entries()) {
      const handle = L.marker([lat, lon], { draggable: true, icon: L.divIcon({ className: 'corner', iconSize: [14, 14] }) });
      handle.on('drag', () => this.#shape.setLatLngs(this.#with(index, handle.getLatLng()).map(([x, y]) => [y, x])));
      handle.on('dragend', () => this.#change(this.#with(index, handle.getLatLng())));
      handle.on('dblclick', () => this.#change(this.corners.filter((_, other) => other !== index)));
      handle.addTo(this.#handles);
    }
  }

  #with(index: number, at: L.LatLng): Corner[] {
    return this.corners.map((corner, other) => (other === index ? cornerOf(at) : corner));
  }
}

const cornerOf = ({ lat, lng }: L.LatLng): Corner => [Number(lng.toFixed(6)), Number(lat.toFixed(6))];
