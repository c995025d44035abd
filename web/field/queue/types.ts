// What the worker did, as the phone keeps it until the server has settled it.
import type { Schemas } from '$lib/api';

export type Kind =
  | 'accept_visit' | 'answer_form' | 'answer_signal' | 'arrive_at_visit' | 'comment_time_correction' | 'complete_visit'
  | 'declare_attachment' | 'decline_visit' | 'depart_for_visit' | 'end_private_time' | 'give_tracking_consent'
  | 'not_complete_visit' | 'pause_visit' | 'present_act' | 'read_chat' | 'record_presence' | 'refuse_act' | 'resume_visit'
  | 'scan_tag' | 'send_chat_message' | 'sign_act' | 'start_private_time' | 'start_visit' | 'submit_measurement'
  | 'take_payment' | 'update_site_access' | 'use_materials' | 'withdraw_tracking_consent';

/**
 * `kept`: to be sent. `waiting`: the server keeps it until what it lacks has come. `applied`: done, and shown as done until
 * the next pull brings what came of it. `rejected`: the worker decides. `conflict`: the office decides; it is shown until
 * the worker has seen it.
 */
export type CommandState = 'kept' | 'waiting' | 'applied' | 'rejected' | 'conflict';

export type Place = { point: { lat: number; lon: number }; accuracy_m: number };
export type Refusal = Pick<Schemas['Problem'], 'code' | 'title' | 'detail'> & { errors?: Schemas['FieldError'][] };

export type Command = {
  id: string;
  /** Number on this phone. */
  seq: number;
  kind: Kind;
  /** The id in the path of its route: of the visit, act, job … */
  subject: string;
  /** The visit on whose screen it is shown, if there is one. */
  visit: string | null;
  /** What the command says, without its envelope. */
  fields: Record<string, unknown>;
  /** By the phone's clock. */
  occurred_at: string;
  place: Place | null;
  state: CommandState;
  refusal: Refusal | null;
  /** How often a fault of the server stopped it. */
  faults: number;
};

export type KeptFile = {
  id: string;
  visit: string;
  job: string;
  purpose: Schemas['DeclareAttachment']['purpose'];
  caption: string;
  bytes: Blob;
  size: number;
  sha256: string;
  /** How much is safe on the server, as far as the phone knows. */
  sent: number;
  refusal: Refusal | null;
};
