/**
 * The settings of Tekton's ConfigMaps `config-defaults` and `feature-flags` that decide what the webhook admits.
 *
 * An argument of the checks, so that lint, admission and tests can each have their own. The defaults are Tekton's.
 */

/** How far the API is stable that a cluster accepts. */
export type Stability = 'stable' | 'beta' | 'alpha';

/** Kinds of embedded specs that a cluster can forbid. */
export type InlineSpecKind = 'pipeline' | 'pipelinerun' | 'taskrun';

/** Settings of one cluster. */
export interface TektonConfig {
  readonly enableApiFields: Stability;
  readonly enableCelInWhenExpression: boolean;
  readonly enableParamEnum: boolean;
  readonly enableArtifacts: boolean;
  readonly enableConciseResolverSyntax: boolean;
  readonly disableInlineSpec: readonly InlineSpecKind[];
  readonly maxMatrixCombinations: number;
  readonly forbiddenEnv: readonly string[];
  /** Timeout in milliseconds of runs that set none; 0 = no timeout. */
  readonly defaultTimeoutMs: number;
  /** Resolver of references that name none. */
  readonly defaultResolverType: string;
}

/** The settings of a cluster whose ConfigMaps are as Tekton v1.15 ships them. */
export const DEFAULT_CONFIG: TektonConfig = {
  enableApiFields: 'beta',
  enableCelInWhenExpression: false,
  enableParamEnum: false,
  enableArtifacts: false,
  enableConciseResolverSyntax: false,
  disableInlineSpec: [],
  maxMatrixCombinations: 256,
  forbiddenEnv: [],
  defaultTimeoutMs: 3_600_000,
  defaultResolverType: '',
};

const isStability = (text: string): text is Stability => text === 'stable' || text === 'beta' || text === 'alpha';

const INLINE_SPEC_KINDS = ['pipeline', 'pipelinerun', 'taskrun'] as const;

const isTrue = (text: string | undefined): boolean => /^(?:1|t|true)$/i.test(text ?? '');

const words = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');

/**
 * Reads the data of the two ConfigMaps. Absent or invalid settings have their defaults.
 *
 * @param data entries of `config-defaults` and `feature-flags` together; their keys are distinct
 */
export function readTektonConfig(data: Readonly<Record<string, string>>): TektonConfig {
  const stability = data['enable-api-fields'] ?? '';
  const inline = words(data['disable-inline-spec']);
  return {
    enableApiFields: isStability(stability) ? stability : DEFAULT_CONFIG.enableApiFields,
    enableCelInWhenExpression: isTrue(data['enable-cel-in-whenexpression']),
    enableParamEnum: isTrue(data['enable-param-enum']),
    enableArtifacts: isTrue(data['enable-artifacts']),
    enableConciseResolverSyntax: isTrue(data['enable-concise-resolver-syntax']),
    disableInlineSpec: INLINE_SPEC_KINDS.filter((kind) => inline.includes(kind)),
    maxMatrixCombinations: count(data['default-max-matrix-combinations-count'], DEFAULT_CONFIG.maxMatrixCombinations),
    forbiddenEnv: words(data['default-forbidden-env']),
    defaultTimeoutMs: count(data['default-timeout-minutes'], DEFAULT_CONFIG.defaultTimeoutMs / 60_000) * 60_000,
    defaultResolverType: data['default-resolver-type'] ?? '',
  };
}

const count = (text: string | undefined, fallback: number): number =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : fallback;
