// The map behind a few methods, so that another library can take the place of Leaflet. Loaded with the first map.
import 'leaflet/dist/leaflet.css';
import L from 'leaflet';
import type { Schemas } from '$lib/api';
import { words } from '$lib/i18n.svelte';
import { whenLetGo } from '../parts/pointer';
import { sidesOf } from './labels';

export type Place = { lat: number; lon: number };
export type MapWorker = Place & { id: string; name: string; tone: 'busy' | 'free' | 'stale'; note: string };
export type MapVisit = Place & { id: string; tone: string; label: string };
export type MapArea = { id: string; name: string; rings: [number, number][][] };
export type MapTrack = { line: Place[][]; stops: (Place & { id: string; label: string })[]; at: (Place & { accuracy_m: number | null }) | null };
/** `none`: a plain background. The own file of tiles is drawn by protomaps-leaflet, loaded only then. */
export type Tiles = Schemas['MapSettingsOut'];

type OnSelect = (kind: 'worker' | 'visit' | 'stop', id: string) => void;
/** A point of the window. */
type Point = { x: number; y: number };

const t = words({
  ru: { nearer: 'Приблизить', farther: 'Отдалить', m: 'м', km: 'км' },
  en: { nearer: 'Nearer', farther: 'Farther', m: 'm', km: 'km' },
});

const NEAR_PX = 16;
const LABELS_UP_TO = 100; // a name is an element of the page, a dot is not
const MOSCOW: L.LatLngTuple = [55.751, 37.618];

/** Leaflet may draw once more when a page is left and its canvas is gone already. */
const drawn = L.Canvas.prototype as unknown as { _ctx?: CanvasRenderingContext2D; _redraw: () => void };
const redraw = drawn._redraw;
drawn._redraw = function () {
  if (this._ctx) redraw.call(this);
};

export class MapAdapter {
  #map: L.Map;
  #workers = new Map<string, L.CircleMarker>();
  #visits = new Map<string, L.CircleMarker>();
  #areas = L.layerGroup();
  #track = L.layerGroup();
  #shown: { workers: MapWorker[]; visits: MapVisit[]; areas: MapArea[]; track: MapTrack | null } = { workers: [], visits: [], areas: [], track: null };
  #selected = '';
  #labelling = 0;
  #themes = new MutationObserver(() => this.#redraw());
  /** Where the pointer was pressed last, and whether it is a finger. */
  #pressed = { x: 0, y: 0, isFinger: false };
  /** A visit is pressed: whoever wants to drag it sets this. If it answers true, the map stays where it is. */
  onGrab: ((visitId: string, at: Point) => boolean) | null = null;

  constructor(private readonly element: HTMLElement, private readonly onSelect: OnSelect) {
    this.#map = L.map(element, { preferCanvas: true, zoomControl: false, attributionControl: false }).setView(MOSCOW, 10);
    L.control.zoom({ position: 'topright', zoomInTitle: t('nearer'), zoomOutTitle: t('farther') }).addTo(this.#map);
    new Scale({ imperial: false }).addTo(this.#map);
    this.#areas.addTo(this.#map);
    this.#track.addTo(this.#map);
    element.addEventListener('pointerdown', ({ x, y, pointerType }) => (this.#pressed = { x, y, isFinger: pointerType === 'touch' }), { capture: true });
    this.#map.on('zoomend', () => this.#placeLabels());
    this.#themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  }

  /** For drawing on it: the map of Leaflet itself. */
  get leaflet(): L.Map {
    return this.#map;
  }

  async setTiles(tiles: Tiles, lang: string, isDark: boolean): Promise<void> {
    if (tiles.kind === 'none' || !tiles.url) return;
    if (tiles.attribution) L.control.attribution({ prefix: false }).addAttribution(tiles.attribution).addTo(this.#map);
    if (tiles.kind === 'raster') {
      L.tileLayer(tiles.url, { maxZoom: tiles.max_zoom ?? 19, referrerPolicy: 'origin' }).addTo(this.#map);
      return;
    }
    const { leafletLayer } = await import('protomaps-leaflet');
    (leafletLayer({ url: tiles.url, flavor: isDark ? 'dark' : 'light', lang, attribution: '' }) as unknown as L.Layer).addTo(this.#map);
  }

  setWorkers(workers: MapWorker[]): void {
    this.#shown.workers = workers;
    const isLabelled = workers.length <= LABELS_UP_TO;
    this.#keep(this.#workers, workers, 'worker', (worker) => ({
      radius: worker.id === this.#selected ? 11 : 8,
      color: colour('--surface'),
      weight: 2,
      fillColor: colour(WORKER_TONES[worker.tone]),
      fillOpacity: 1,
      label: `${worker.name}${worker.note ? ` · ${worker.note}` : ''}`,
      isLabelled,
    }));
    this.#raiseWorkers();
    this.#placeLabels();
  }

  setVisits(visits: MapVisit[]): void {
    this.#shown.visits = visits;
    this.#keep(this.#visits, visits, 'visit', (visit) => ({
      radius: visit.id === this.#selected ? 9 : 6,
      color: colour(`--s-${visit.tone}`),
      weight: 3,
      fillColor: colour('--surface'),
      fillOpacity: 1,
      label: visit.label,
      isLabelled: false,
    }));
    this.#raiseWorkers();
  }

  setAreas(areas: MapArea[]): void {
    this.#shown.areas = areas;
    this.#areas.clearLayers();
    for (const area of areas) {
      const rings = area.rings.map((ring) => ring.map(([lon, lat]) => [lat, lon] as L.LatLngTuple));
      L.polygon(rings, { color: colour('--accent'), weight: 1.5, fillOpacity: 0.05, interactive: false }).addTo(this.#areas);
    }
  }

  setTrack(track: MapTrack | null): void {
    this.#shown.track = track;
    this.#track.clearLayers();
    if (!track) return;
    for (const line of track.line) L.polyline(line.map(pair), { color: colour('--accent'), weight: 4, opacity: 0.85 }).addTo(this.#track);
    for (const stop of track.stops) {
      L.circleMarker(pair(stop), { radius: 7, color: colour('--surface'), weight: 2, fillColor: colour('--s-travel'), fillOpacity: 1 })
        .bindTooltip(text(stop.label))
        .on('click', () => this.onSelect('stop', stop.id))
        .addTo(this.#track);
    }
    if (track.at) {
      const around = track.at.accuracy_m ?? 0;
      if (around > 15) L.circle(pair(track.at), { radius: around, color: colour('--bad'), weight: 1, fillOpacity: 0.08 }).addTo(this.#track);
      L.circleMarker(pair(track.at), { radius: 9, color: colour('--surface'), weight: 3, fillColor: colour('--bad'), fillOpacity: 1 }).addTo(this.#track);
    }
  }

  /** Show which one is chosen, wherever it was chosen. */
  select(id: string): void {
    if (id === this.#selected) return;
    this.#selected = id;
    this.setWorkers(this.#shown.workers);
    this.setVisits(this.#shown.visits);
    const marker = this.#workers.get(id) ?? this.#visits.get(id);
    if (marker && !this.#map.getBounds().contains(marker.getLatLng())) this.#map.panTo(marker.getLatLng());
    marker?.bringToFront();
  }

  /** The person whose dot is at a point of the window. */
  workerAt({ x, y }: Point): string | null {
    const { left, top, right, bottom } = this.element.getBoundingClientRect();
    if (x < left || x > right || y < top || y > bottom) return null;
    const distance = (dot: L.CircleMarker) => this.#map.latLngToContainerPoint(dot.getLatLng()).distanceTo([x - left, y - top]);
    const near = [...this.#workers].map(([id, dot]) => ({ id, px: distance(dot) })).sort((a, b) => a.px - b.px)[0];
    return near && near.px <= NEAR_PX ? near.id : null;
  }

  /** Show everything at once. */
  fit(): void {
    const { workers, visits, areas, track } = this.#shown;
    const places = [...workers, ...visits, ...(track?.line.flat() ?? []), ...(track?.stops ?? [])].map(pair);
    const corners = places.length ? places : areas.flatMap((area) => area.rings.flat().map(([lon, lat]) => [lat, lon] as L.LatLngTuple));
    if (corners.length) this.#map.fitBounds(L.latLngBounds(corners), { padding: [30, 30], maxZoom: 15 });
  }

  /** The element has another size now. */
  resized(): void {
    this.#map.invalidateSize({ animate: false });
  }

  remove(): void {
    cancelAnimationFrame(this.#labelling);
    this.#themes.disconnect();
    Object.assign(this.#map, { _animatingZoom: false }); // a zoom under way would go on in a map that is gone
    this.#map.remove();
  }

  /** Move, add and remove dots so that they are as given. A dot that stays is moved, not made anew. */
  #keep<One extends Place & { id: string }>(
    dots: Map<string, L.CircleMarker>,
    wanted: One[],
    kind: 'worker' | 'visit',
    looksOf: (one: One) => L.CircleMarkerOptions & { label: string; isLabelled: boolean },
  ): void {
    const gone = new Set(dots.keys());
    for (const one of wanted) {
      const { label, isLabelled, ...looks } = looksOf(one);
      let dot = dots.get(one.id);
      if (dot) {
        dot.setLatLng(pair(one)).setStyle(looks).setRadius(looks.radius!);
        dot.setTooltipContent(text(label));
      } else {
        dot = L.circleMarker(pair(one), looks).addTo(this.#map);
        dot.on('click', ({ originalEvent }) => this.#isStill(originalEvent) && this.onSelect(kind, one.id));
        dot.on('mouseover mouseout', ({ target, type }) => (target as L.CircleMarker).getTooltip()?.getElement()?.classList.toggle('pointed', type === 'mouseover'));
        if (kind === 'visit') dot.on('mousedown', ({ originalEvent }) => this.#grab(one.id, originalEvent));
        dot.bindTooltip(text(label), isLabelled ? { permanent: true, direction: 'right', offset: [8, 0], className: 'name' } : {});
        dots.set(one.id, dot);
      }
      gone.delete(one.id);
    }
    for (const id of gone) {
      dots.get(id)!.remove();
      dots.delete(id);
    }
  }

  /** Whether the pointer is where it was pressed: then it is a click, else the end of a drag. */
  #isStill({ x, y }: Point): boolean {
    return Math.hypot(x - this.#pressed.x, y - this.#pressed.y) < 4;
  }

  #grab(visitId: string, { x, y, button }: MouseEvent): void {
    if (button !== 0 || this.#pressed.isFinger) return; // after a finger "mousedown" comes when it is off the glass
    if (!this.onGrab?.(visitId, { x, y })) return;
    this.#map.dragging.disable();
    whenLetGo(() => this.#map.dragging.enable());
  }

  /** Names that would cover another are shown when the pointer is on their dot, or the map is nearer. Once a frame at most. */
  #placeLabels(): void {
    const count = this.#shown.workers.length;
    if (this.#labelling || !count || count > LABELS_UP_TO) return;
    this.#labelling = requestAnimationFrame(() => {
      this.#labelling = 0;
      const first = (id: string) => (id === this.#selected ? 0 : 1);
      const dots = [...this.#workers].filter(([, dot]) => dot.getTooltip()?.options.permanent).sort(([one], [other]) => first(one) - first(other));
      const labels = dots.map(([id, dot]) => {
        const { offsetWidth: width, offsetHeight: height } = dot.getTooltip()!.getElement()!;
        return { id, ...this.#map.latLngToLayerPoint(dot.getLatLng()), width, height };
      });
      const sides = sidesOf(labels);
      for (const [id, dot] of dots) {
        const tooltip = dot.getTooltip()!;
        const side = sides.get(id) ?? 'right';
        if (tooltip.options.direction !== side) {
          tooltip.options.direction = side;
          tooltip.options.offset = [side === 'right' ? 8 : -8, 0];
          tooltip.update();
        }
        tooltip.getElement()!.classList.toggle('covered', !sides.has(id));
      }
    });
  }

  /** A person stands on his site, not under it. */
  #raiseWorkers(): void {
    for (const dot of this.#workers.values()) dot.bringToFront();
  }

  #redraw(): void {
    this.setAreas(this.#shown.areas);
    this.setTrack(this.#shown.track);
    this.setVisits(this.#shown.visits);
    this.setWorkers(this.#shown.workers);
  }
}

/** Leaflet writes its units in English. */
class Scale extends L.Control.Scale {
  declare _updateScale: (scale: unknown, text: string, ratio: number) => void;
  declare _getRoundNum: (metres: number) => number;
  declare _mScale: unknown;

  _updateMetric(widest: number): void {
    const metres = this._getRoundNum(widest);
    this._updateScale(this._mScale, metres < 1000 ? `${metres} ${t('m')}` : `${metres / 1000} ${t('km')}`, metres / widest);
  }
}

const WORKER_TONES = { busy: '--accent', free: '--good', stale: '--line-strong' };

const pair = ({ lat, lon }: Place): L.LatLngTuple => [lat, lon];

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Leaflet takes strings for HTML: names of people are text. */
function text(content: string): HTMLElement {
  const element = document.createElement('span');
  element.textContent = content;
  return element;
}
