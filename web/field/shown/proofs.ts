// What a job type asks for before a stage, counted with what is still on the phone: the rules of `ProofRule` in the API.
import type { Command, KeptFile } from '../queue/types';
import type { Visit } from '../sync/items.svelte';

export type Proof = Visit['proofs'][number];
export type Stage = Proof['stage'];

const PURPOSE: Record<string, string> = { photos: 'photo', photo_act: 'photo_act', signature: 'signature' };
const KIND: Record<string, Command['kind']> = { measurement: 'submit_measurement', act: 'sign_act', tag: 'scan_tag' };

export function proofsWith(visit: Visit, commands: Command[], files: KeptFile[]): Proof[] {
  return visit.proofs.map((proof) => {
    const present = proof.present + onPhone(proof, visit, commands, files);
    return { ...proof, present, is_missing: present < proof.at_least };
  });
}

function onPhone(proof: Proof, visit: Visit, commands: Command[], files: KeptFile[]): number {
  const purpose = PURPOSE[proof.proof];
  if (purpose) return files.filter((file) => file.purpose === purpose).length;
  if (proof.proof === 'form') {
    return proof.present || !visit.forms.some((form) => form.form_id === proof.form_id && form.is_complete) ? 0 : 1;
  }
  const kind = KIND[proof.proof];
  return commands.filter((command) => command.kind === kind && command.state !== 'applied').length;
}

/** What stops a stage. The place is known to the server alone. */
export function missingAt(stage: Stage, visit: Visit): Proof[] {
  return visit.proofs.filter(
    (proof) => proof.stage === stage && proof.level === 'required' && proof.is_missing && proof.proof !== 'place',
  );
}
