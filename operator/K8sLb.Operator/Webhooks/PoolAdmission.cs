using System.Text.Json;
using System.Text.Json.Nodes;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Api;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Mapping;
using K8sLb.Operator.Validation;

namespace K8sLb.Operator.Webhooks;

/// <summary>
/// Answers for pools that are about to be stored: what the operator would not put into force is refused at once, on servers without
/// CEL too.
/// </summary>
internal sealed class PoolAdmission(Func<string, IReadOnlyList<PoolInForce>> pools)
{
    private const int Unprocessable = 422;

    public AdmissionResponse Answer(AdmissionRequest request)
    {
        var allowed = new AdmissionResponse { Uid = request.Uid!, Allowed = true };
        if (request is not { Operation: "CREATE" or "UPDATE", Object: { } given } || IsSameSpec(request))
        {
            return allowed;
        }
        BackendPool pool;
        try
        {
            pool = given.Deserialize(ApiJson.Default.BackendPool)!;
        }
        catch (JsonException e)
        {
            return Denied(request, Name(given), [new FieldError(e.Path ?? "spec", "unreadable", e.Message)]);
        }
        var errors = BackendPoolValidator.Validate(pool.Spec);
        if (errors.Count > 0)
        {
            return Denied(request, Name(given), errors);
        }
        var warnings = SelectorOverlap.Warnings(
            pool,
            AcceptedSpec.From(pool.Spec!).Selector,
            pools(request.Namespace ?? "")
        );
        return warnings.Count > 0 ? allowed with { Warnings = warnings } : allowed;
    }

    /// <summary>Labels, finalizers and the like of a pool can be changed, however old its spec is.</summary>
    private static bool IsSameSpec(AdmissionRequest request) =>
        request is { Operation: "UPDATE", OldObject: { } old }
        && JsonNode.DeepEquals(old["spec"], request.Object!["spec"]);

    private static string? Name(JsonObject pool) => (pool["metadata"] as JsonObject)?["name"]?.ToString();

    private static AdmissionResponse Denied(AdmissionRequest request, string? name, IReadOnlyList<FieldError> errors) =>
        new()
        {
            Uid = request.Uid!,
            Allowed = false,
            Status = new V1Status
            {
                Status = "Failure",
                Code = Unprocessable,
                Reason = "Invalid",
                Message = string.Join("; ", errors),
                Details = new V1StatusDetails
                {
                    Name = name,
                    Group = BackendPool.ApiGroup,
                    Kind = nameof(BackendPool),
                    Causes =
                    [
                        .. errors.Select(e => new V1StatusCause
                        {
                            Reason = "FieldValueInvalid",
                            Message = $"{e.Value}: {e.Expected}",
                            Field = e.Path,
                        }),
                    ],
                },
            },
        };
}
