using System.Text.Json.Nodes;
using K8sLb.Operator.Api;
using K8sLb.Operator.Trust;
using K8sLb.Protocol;

namespace K8sLb.Operator.Injection;

/// <summary>The container, as it would be written by hand.</summary>
internal static class SidecarContainer
{
    /// <summary>Beyond those of the system and of most images; needs no entry in /etc/passwd.</summary>
    private const int User = 65532;

    /// <param name="drainSecret">What a call of /drain must show.</param>
    /// <param name="names">Ports of the pool that this container shows; numbers by name.</param>
    public static JsonObject Create(
        InjectionSettings settings,
        string drainSecret,
        IEnumerable<(string Name, int Port)> names
    )
    {
        var container = new JsonObject
        {
            ["name"] = PodConventions.SidecarContainer,
            ["image"] = settings.Image,
            ["imagePullPolicy"] = settings.ImagePullPolicy,
        };
        if (settings.NativeSidecars)
        {
            container["restartPolicy"] = "Always";
        }
        container["ports"] = new JsonArray([
            .. names.Select(n => Port(n.Name, n.Port)),
            Port("k8slb-peer", SidecarPaths.PeerPort),
            Port("k8slb-admin", SidecarPaths.AdminPort),
        ]);
        container["env"] = Variables(settings, drainSecret);
        container["readinessProbe"] = Probe("/readyz", period: 1, timeout: 2);
        container["livenessProbe"] = Probe("/healthz", period: 10, timeout: 5);
        container["resources"] = JsonObject.Create(settings.Resources);
        container["securityContext"] = new JsonObject
        {
            ["allowPrivilegeEscalation"] = false,
            ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
            ["readOnlyRootFilesystem"] = true,
            ["runAsNonRoot"] = true,
            ["runAsUser"] = User,
            ["runAsGroup"] = User,
            ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
        };
        container["volumeMounts"] = Mounts(settings);
        return container;
    }

    public static JsonObject Port(string name, int number) =>
        new()
        {
            ["name"] = name,
            ["containerPort"] = number,
            ["protocol"] = "TCP",
        };

    private static JsonArray Variables(InjectionSettings settings, string drainSecret)
    {
        var variables = new JsonArray(Value("K8SLB_OPERATOR", settings.OperatorAddress));
        if (settings.UsesTls)
        {
            variables.Add(Value("K8SLB_OPERATOR_CA", $"{SidecarPaths.Identity}/{BundlePublisher.Entry}"));
            variables.Add(Value("K8SLB_OPERATOR_TOKEN", $"{SidecarPaths.Identity}/{SidecarPaths.Token}"));
            if (settings.OperatorName is { } name)
            {
                variables.Add(Value("K8SLB_OPERATOR_NAME", name));
            }
        }
        variables.Add(Field("K8SLB_POD_NAME", "metadata.name"));
        variables.Add(Field("K8SLB_POD_NAMESPACE", "metadata.namespace"));
        variables.Add(Field("K8SLB_POD_UID", "metadata.uid"));
        variables.Add(Field("K8SLB_POD_IP", "status.podIP"));
        variables.Add(Value(DrainCall.SecretVariable, drainSecret));
        if (settings.MetricsOnPod)
        {
            variables.Add(Value("K8SLB_METRICS_ON", "Pod"));
        }
        variables.Add(Value("K8SLB_STATE_DIR", SidecarPaths.State));
        // The runtime's diagnostics need a folder that can be written to.
        variables.Add(Value("TMPDIR", SidecarPaths.State));
        return variables;
    }

    private static JsonArray Mounts(InjectionSettings settings)
    {
        var mounts = new JsonArray(
            new JsonObject { ["name"] = SidecarPaths.StateVolume, ["mountPath"] = SidecarPaths.State }
        );
        if (settings.UsesTls)
        {
            mounts.Add(
                new JsonObject
                {
                    ["name"] = SidecarPaths.IdentityVolume,
                    ["mountPath"] = SidecarPaths.Identity,
                    ["readOnly"] = true,
                }
            );
        }
        return mounts;
    }

    private static JsonObject Value(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private static JsonObject Field(string name, string path) =>
        new()
        {
            ["name"] = name,
            ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = path } },
        };

    private static JsonObject Probe(string path, int period, int timeout) =>
        new()
        {
            ["httpGet"] = new JsonObject { ["path"] = path, ["port"] = SidecarPaths.AdminPort },
            ["periodSeconds"] = period,
            ["timeoutSeconds"] = timeout,
        };
}
