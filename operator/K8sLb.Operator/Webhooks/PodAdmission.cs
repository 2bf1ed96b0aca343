using System.Text.Json;
using System.Text.Json.Nodes;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Diagnostics;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Injection;

namespace K8sLb.Operator.Webhooks;

/// <summary>
/// Answers for pods that are about to be created. A pod is let in whatever comes: one without a sidecar serves, and its pool says what
/// it lacks.
/// </summary>
internal sealed class PodAdmission(
    Func<string, IReadOnlyList<PoolInForce>> pools,
    Func<InjectionSettings?> settings,
    Func<string> drainSecrets,
    IEventRecorder events
)
{
    private const string JsonPatchType = "JSONPatch";

    public AdmissionResponse Answer(AdmissionRequest request)
    {
        if (request is not { Operation: "CREATE", Object: { } pod } || settings() is not { } injected)
        {
            return new AdmissionResponse { Uid = request.Uid!, Allowed = true };
        }
        var result = PodInjection.Inject(pod, pools(request.Namespace ?? ""), injected, drainSecrets);
        OperatorMetrics.PodsAdmitted.Add(1, new KeyValuePair<string, object?>("outcome", result.Outcome.ToString()));
        if (request.DryRun != true)
        {
            Tell(pod, result);
        }
        return new AdmissionResponse
        {
            Uid = request.Uid!,
            Allowed = true,
            Warnings = result.Warnings.Count > 0 ? [.. result.Warnings.Select(w => $"k8slb: {w.Message}")] : null,
            Patch = result.Outcome == InjectionOutcome.Injected ? Patch(pod, result.Pod) : null,
            PatchType = result.Outcome == InjectionOutcome.Injected ? JsonPatchType : null,
        };
    }

    /// <summary>Pods of one template say the same, and so are one event with a count.</summary>
    private void Tell(JsonObject pod, InjectionResult result)
    {
        var metadata = pod.Object("metadata");
        var name = metadata.Text("generateName") is { Length: > 0 } prefix ? $"{prefix}*" : metadata.Text("name");
        foreach (var warning in result.Warnings)
        {
            events.Publish(
                result.Pool!.Resource.ToReference(),
                EventType.Warning,
                warning.Reason,
                EventReasons.InjectAction,
                $"{name}: {warning.Message}"
            );
        }
    }

    private static byte[] Patch(JsonObject before, JsonObject after) =>
        JsonSerializer.SerializeToUtf8Bytes(JsonPatch.Between(before, after), AdmissionJson.Default.JsonArray);
}
