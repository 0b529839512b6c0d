/**
 * Field numbers of the protobuf messages that kubectl sends.
 *
 * One line per message: `name=number:type`; fields without a name belong to the enclosing message. `[]` is a list, `{}` a map; `int?` and
 * `bool?` distinguish 0 and false from absent. Other fields are skipped; kubectl does not generate them.
 */

const TABLE = `
ObjectMeta name=1:string generateName=2:string namespace=3:string labels=11:{}string annotations=12:{}string ownerReferences=13:[]OwnerReference finalizers=14:[]string
OwnerReference kind=1:string name=3:string uid=4:string apiVersion=5:string controller=6:bool? blockOwnerDeletion=7:bool?
ConfigMap metadata=1:ObjectMeta data=2:{}string binaryData=3:{}bytes immutable=4:bool?
Secret metadata=1:ObjectMeta data=2:{}bytes type=3:string stringData=4:{}string immutable=5:bool?
Namespace metadata=1:ObjectMeta
ServiceAccount metadata=1:ObjectMeta secrets=2:[]ObjectReference imagePullSecrets=3:[]LocalObjectReference automountServiceAccountToken=4:bool?
ObjectReference kind=1:string namespace=2:string name=3:string uid=4:string apiVersion=5:string
LocalObjectReference name=1:string
Deployment metadata=1:ObjectMeta spec=2:DeploymentSpec
DeploymentSpec replicas=1:int? selector=2:LabelSelector template=3:PodTemplateSpec minReadySeconds=5:int revisionHistoryLimit=6:int? paused=7:bool progressDeadlineSeconds=9:int?
LabelSelector matchLabels=1:{}string matchExpressions=2:[]LabelSelectorRequirement
LabelSelectorRequirement key=1:string operator=2:string values=3:[]string
PodTemplateSpec metadata=1:ObjectMeta spec=2:PodSpec
PodSpec containers=2:[]Container restartPolicy=3:string terminationGracePeriodSeconds=4:int? activeDeadlineSeconds=5:int? dnsPolicy=6:string nodeSelector=7:{}string serviceAccountName=8:string serviceAccount=9:string nodeName=10:string hostNetwork=11:bool imagePullSecrets=15:[]LocalObjectReference initContainers=20:[]Container
Container name=1:string image=2:string command=3:[]string args=4:[]string workingDir=5:string ports=6:[]ContainerPort env=7:[]EnvVar resources=8:ResourceRequirements terminationMessagePath=13:string imagePullPolicy=14:string stdin=16:bool stdinOnce=17:bool tty=18:bool terminationMessagePolicy=20:string
ContainerPort name=1:string hostPort=2:int containerPort=3:int protocol=4:string hostIP=5:string
EnvVar name=1:string value=2:string
ResourceRequirements limits=1:{}Quantity requests=2:{}Quantity
Job metadata=1:ObjectMeta spec=2:JobSpec
JobSpec parallelism=1:int? completions=2:int? activeDeadlineSeconds=3:int? selector=4:LabelSelector manualSelector=5:bool? template=6:PodTemplateSpec backoffLimit=7:int?
CronJob metadata=1:ObjectMeta spec=2:CronJobSpec
CronJobSpec schedule=1:string startingDeadlineSeconds=2:int? concurrencyPolicy=3:string suspend=4:bool? jobTemplate=5:JobTemplateSpec
JobTemplateSpec metadata=1:ObjectMeta spec=2:JobSpec
Role metadata=1:ObjectMeta rules=2:[]PolicyRule
ClusterRole metadata=1:ObjectMeta rules=2:[]PolicyRule aggregationRule=3:AggregationRule
AggregationRule clusterRoleSelectors=1:[]LabelSelector
PolicyRule verbs=1:[]string apiGroups=2:[]string resources=3:[]string resourceNames=4:[]string nonResourceURLs=5:[]string
RoleBinding metadata=1:ObjectMeta subjects=2:[]Subject roleRef=3:RoleRef
ClusterRoleBinding metadata=1:ObjectMeta subjects=2:[]Subject roleRef=3:RoleRef
Subject kind=1:string apiGroup=2:string name=3:string namespace=4:string
RoleRef apiGroup=1:string kind=2:string name=3:string
ResourceQuota metadata=1:ObjectMeta spec=2:ResourceQuotaSpec
ResourceQuotaSpec hard=1:{}Quantity scopes=2:[]string
Service metadata=1:ObjectMeta spec=2:ServiceSpec
ServiceSpec ports=1:[]ServicePort selector=2:{}string clusterIP=3:string type=4:string externalName=10:string
ServicePort name=1:string protocol=2:string port=3:int targetPort=4:IntOrString nodePort=5:int
PriorityClass metadata=1:ObjectMeta value=2:int globalDefault=3:bool description=4:string preemptionPolicy=5:string
Ingress metadata=1:ObjectMeta spec=2:IngressSpec
IngressSpec defaultBackend=1:IngressBackend tls=2:[]IngressTLS rules=3:[]IngressRule ingressClassName=4:string
IngressTLS hosts=1:[]string secretName=2:string
IngressRule host=1:string =2:IngressRuleValue
IngressRuleValue http=1:HTTPIngressRuleValue
HTTPIngressRuleValue paths=1:[]HTTPIngressPath
HTTPIngressPath path=1:string backend=2:IngressBackend pathType=3:string
IngressBackend resource=3:TypedLocalObjectReference service=4:IngressServiceBackend
IngressServiceBackend name=1:string port=2:ServiceBackendPort
ServiceBackendPort name=1:string number=2:int
TypedLocalObjectReference apiGroup=1:string kind=2:string name=3:string
PodDisruptionBudget metadata=1:ObjectMeta spec=2:PodDisruptionBudgetSpec
PodDisruptionBudgetSpec minAvailable=1:IntOrString? selector=2:LabelSelector maxUnavailable=3:IntOrString? unhealthyPodEvictionPolicy=4:string
SelfSubjectAccessReview metadata=1:ObjectMeta spec=2:SelfSubjectAccessReviewSpec
SelfSubjectAccessReviewSpec resourceAttributes=1:ResourceAttributes nonResourceAttributes=2:NonResourceAttributes
ResourceAttributes namespace=1:string verb=2:string group=3:string version=4:string resource=5:string subresource=6:string name=7:string
NonResourceAttributes path=1:string verb=2:string
SelfSubjectRulesReview metadata=1:ObjectMeta spec=2:SelfSubjectRulesReviewSpec
SelfSubjectRulesReviewSpec namespace=1:string
SelfSubjectReview metadata=1:ObjectMeta
TokenRequest metadata=1:ObjectMeta spec=2:TokenRequestSpec
TokenRequestSpec audiences=1:[]string boundObjectRef=3:BoundObjectReference expirationSeconds=4:int?
BoundObjectReference kind=1:string apiVersion=2:string name=3:string uid=4:string
DeleteOptions gracePeriodSeconds=1:int? preconditions=2:Preconditions orphanDependents=3:bool? propagationPolicy=4:string dryRun=5:[]string
Preconditions uid=1:string resourceVersion=2:string
Quantity string=1:string
IntOrString type=1:int intVal=2:int strVal=3:string
Unknown typeMeta=1:TypeMeta raw=2:raw contentEncoding=3:string contentType=4:string
TypeMeta apiVersion=1:string kind=2:string
`;

/** A field: its name in JSON, and its type. */
export interface ProtobufField {
  readonly name: string;
  readonly type: string;
  readonly list: boolean;
  readonly map: boolean;
  /** Whether 0 and false are kept. */
  readonly keepsZero: boolean;
}

/** The fields of each message, by number. */
export const MESSAGES: ReadonlyMap<string, ReadonlyMap<number, ProtobufField>> = new Map(
  TABLE.trim()
    .split('\n')
    .map((line): [string, ReadonlyMap<number, ProtobufField>] => {
      const [message = '', ...fields] = line.split(' ');
      return [message, new Map(fields.map(fieldOf))];
    }),
);

function fieldOf(text: string): [number, ProtobufField] {
  const [, name = '', number = '', wrap, type = '', optional] = /^(\w*)=(\d+):(\[\]|\{\})?(\w+)(\?)?$/.exec(text) ?? [];
  return [Number(number), { name, type, list: wrap === '[]', map: wrap === '{}', keepsZero: optional === '?' }];
}
