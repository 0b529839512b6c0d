/** The names and phrases that this repository does not use, each with what to use instead: `test/language.test.ts` finds them. */

/** A name or phrase, and what to write for it. */
export interface Term {
  readonly banned: RegExp;
  readonly instead: string;
}

const name = (banned: string, instead: string): Term => ({ banned: new RegExp(`^(${banned})$`), instead });

/** Names of types, functions, variables, parameters and members. */
export const NAMES: readonly Term[] = [
  name('Shelf|shelf', 'MutationCache for own writes laid over an informer, BlobStore for content'),
  name('Room|gaveRoom', 'QuotaWaitQueue'),
  name('Pace|pace', 'a rate limiter, or the interval'),
  name('World|world|makeWorld', 'ReconcilerDeps, ApiContext, wiring'),
  name('remembered|sameFacts', 'memoize, shallowEqual'),
  name('worthWriting|gist', 'isSignificantChange'),
  name('Standing|standing', 'TaskState'),
  name('Verdict|verdict|judge[A-Z]?\\w*', 'PodOutcome, ConditionUpdate, evaluate…'),
  name('whyNotBegun', 'pendingReason'),
  name('WorkDone', 'Result with requeueAfter'),
  name('tellRun', 'enqueueOwner'),
  name('Told|tells|told', 'DeliveryResult, cloudEventTargets'),
  name(
    'Question|Patience|NoAnswerError|refusedAs|callOff',
    'ApiRequest, RetryPolicy, ConnectionError, hasReason, cancel',
  ),
  name('Happening|Happenings', 'EventInput'),
  name('slim', 'transform'),
  name('Refusal', 'StatusError'),
  name('Incoming|Asked', 'RequestInfo'),
  name('keepHouse|furnish\\w*', 'startControllers, provision…'),
  name('Forker|SmallProcess|StatusWords', 'Zygote, HelperProcess, LaunchStatus'),
  name('needles', 'secretEncodings'),
  name('spoil\\w*|unheard|speaker|strangers', 'markInvalid, suppress, reportAt, externals'),
  name(
    'griefs?|weather|ground|setting|janitor|mishaps?|describeMishaps',
    'faults, fixtures, testCluster, testNamespace, processReaper, disruptions',
  ),
  name('Bench', 'harness'),
  name('[Ee]ssence|[Ww]itness|bury', 'normalize, NamespaceRecorder, comparison'),
  name('Facts|Found|Place|Surroundings|Seen|Things|Thing|Stuff', 'a name that says what the type holds'),
  name('facts|things|stuff', 'a name that says what the value holds'),
  name('asks|asked|whatever|mend\\w*|befalls?', 'the name of the data'),
  name('wish|whose|whoIs|wild|steady|laid|isThere|spell|behind|giveBack', 'the name of the data or of the operation'),
  name(
    'wrongWith|whoAmI|inNoTime|madeFor|unsaid|handed|foreseen|untilAnswer|fate|strange|reaped|isTold',
    'a noun for data, a verb for functions',
  ),
  name('Launched|Prepared|Readiness', 'a result whose `kind` names the outcome'),
  name('reflector|patience|PATIENCE', 'informer, a retry policy or a limit in milliseconds'),
];

const phrase = (banned: string, instead: string): Term => ({ banned: new RegExp(`\\b(${banned})\\b`, 'i'), instead });

/** What comments, messages, titles and pages do not say. */
export const PHRASES: readonly Term[] = [
  phrase('(is|are|was|were|be|been|being) told', '"receives", "reports", or the verb that applies'),
  phrase('(?<!there )(is|are) none', '"is not a valid …", "does not exist"'),
  phrase('nobody|somebody|whoever|whosoever', 'the component, user or caller that acts'),
  phrase('mend(s|ed|ing)?', '"fix"'),
  phrase('be it', '"whether it is", or two sentences'),
  phrase('anew', '"again"'),
  phrase('thereof|therein|hereby|whereupon|whence|hitherto|henceforth|thither', 'a plain word'),
  phrase('befalls?|befell|its like', 'a plain word'),
  phrase(
    'looked at again|ever more (?:rarely|often)|(?:its|his) time is up',
    '"reconciled again", "with growing delays", "times out"',
  ),
  phrase('bell and no more|the clothes|weather|griefs', 'the technical term'),
];

/** Texts of Kubernetes, Tekton and Unix that contain a phrase above and stay to the letter. */
export const QUOTED: readonly string[] = ['nobody:x:65534', 'user nobody', '`nobody`', '"nobody"', "'nobody'"];
