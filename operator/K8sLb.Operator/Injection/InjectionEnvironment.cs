using System.Text.Json;

namespace K8sLb.Operator.Injection;

/// <summary>What operators of a cluster say about injection.</summary>
/// <param name="Settings">As on a server whose version is not known yet.</param>
/// <param name="Native">Null to go by the server's version.</param>
public sealed record InjectionOptions(InjectionSettings Settings, bool? Native);

/// <summary>Reads <see cref="InjectionOptions"/> from environment variables.</summary>
public static class InjectionEnvironment
{
    private static readonly string[] PullPolicies = ["Always", "IfNotPresent", "Never"];
    private static readonly string[] ResourceKinds = ["requests", "limits"];

    /// <returns>Null where no image is named: injection is off.</returns>
    /// <exception cref="FormatException">Names the variable, its value and what would be right.</exception>
    public static InjectionOptions? Read(Func<string, string?> variable, string version)
    {
        if (Text("K8SLB_SIDECAR_IMAGE") is not { } image)
        {
            return null;
        }
        return new(
            new InjectionSettings
            {
                Image = image,
                ImagePullPolicy = OneOf("K8SLB_SIDECAR_PULL_POLICY", PullPolicies) ?? "IfNotPresent",
                Version = version,
                OperatorAddress = Address("K8SLB_SIDECAR_OPERATOR"),
                OperatorName = Text("K8SLB_SIDECAR_OPERATOR_NAME"),
                MetricsOnPod = OneOf("K8SLB_SIDECAR_METRICS_ON", ["Pod", "Admin"]) == "Pod",
                Resources = Resources("K8SLB_SIDECAR_RESOURCES"),
            },
            OneOf("K8SLB_SIDECAR_NATIVE", ["Auto", "Always", "Never"]) switch
            {
                "Always" => true,
                "Never" => false,
                _ => null,
            }
        );

        string? Text(string name) => variable(name) is { Length: > 0 } value ? value : null;

        string? OneOf(string name, string[] allowed) =>
            Text(name) is not { } text ? null
            : allowed.Contains(text) ? text
            : throw new FormatException($"{name}: \"{text}\": must be one of {string.Join(", ", allowed)}");

        string Address(string name) =>
            Text(name) is { } text
            && Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri is { Scheme: "https" or "http", AbsolutePath: "/" }
                ? text
                : throw new FormatException(
                    $"{name}: \"{Text(name)}\": must be what sidecars dial, such as https://k8slb.k8slb-system.svc:15010, where K8SLB_SIDECAR_IMAGE is set"
                );

        JsonElement Resources(string name)
        {
            var text = Text(name) ?? "{}";
            try
            {
                var element = JsonElement.Parse(text);
                if (
                    element.ValueKind == JsonValueKind.Object
                    && element.EnumerateObject().All(p => ResourceKinds.Contains(p.Name))
                )
                {
                    return element;
                }
            }
            catch (JsonException)
            {
                // The same answer as to JSON that is something else.
            }
            throw new FormatException(
                $$$"""{{{name}}}: "{{{text}}}": must be a container's resources as JSON, such as {"limits":{"memory":"256Mi"}}"""
            );
        }
    }
}
