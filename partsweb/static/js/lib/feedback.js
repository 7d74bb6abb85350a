// A code was taken: heard, felt and seen within a tenth of a second, also with gloves on.

let sound;

export function confirmTaken(sure = true) {
  navigator.vibrate?.(sure ? 60 : [40, 60, 40]);
  try {
    sound ??= new AudioContext();
    sound.resume?.();
    const [tone, loudness] = [sound.createOscillator(), sound.createGain()];
    tone.frequency.value = sure ? 1320 : 440;
    loudness.gain.setValueAtTime(0.15, sound.currentTime);
    loudness.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + 0.12);
    tone.connect(loudness).connect(sound.destination);
    tone.start();
    tone.stop(sound.currentTime + 0.12);
  } catch {
    // Some phones stay silent until they are touched.
  }
}
