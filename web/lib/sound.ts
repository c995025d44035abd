// Two short tones. A browser lets a page sound only after the person has clicked or typed something in it.
const KEPT = 'brigada.sound';
const TONES = [880, 1175];
const TONE_S = 0.14;

let context: AudioContext | null = null;

export const isSoundOn = (): boolean => localStorage.getItem(KEPT) !== 'off';

export function setSound(on: boolean): void {
  localStorage.setItem(KEPT, on ? 'on' : 'off');
  if (on) beep();
}

const wakeUp = () => {
  context ??= new AudioContext();
  void context.resume();
};
for (const gesture of ['pointerdown', 'keydown']) addEventListener(gesture, wakeUp, { once: true });

export function beep(): void {
  if (!isSoundOn() || context?.state !== 'running') return;
  TONES.forEach((tone, index) => sound(context!, tone, context!.currentTime + index * TONE_S));
}

function sound(audio: AudioContext, tone: number, at: number): void {
  const oscillator = new OscillatorNode(audio, { frequency: tone });
  const volume = new GainNode(audio, { gain: 0 });
  volume.gain.setValueAtTime(0.15, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + TONE_S);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + TONE_S);
}
