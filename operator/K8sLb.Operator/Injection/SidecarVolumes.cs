using System.Text.Json.Nodes;
using K8sLb.Operator.Trust;

namespace K8sLb.Operator.Injection;

/// <summary>What the sidecar mounts. A volume of the same name that the pod has already is the pod's own choice, and stays.</summary>
internal static class SidecarVolumes
{
    public static void Add(JsonObject spec, InjectionSettings settings)
    {
        var present = spec.Objects("volumes").Select(v => v.Text("name")).ToHashSet();
        var volumes = spec.ListOrNew("volumes");
        if (!present.Contains(SidecarPaths.StateVolume))
        {
            // A restarted container finds its pool here, operator or not.
            volumes.Add(new JsonObject { ["name"] = SidecarPaths.StateVolume, ["emptyDir"] = new JsonObject() });
        }
        if (settings.UsesTls && !present.Contains(SidecarPaths.IdentityVolume))
        {
            volumes.Add(Identity());
        }
    }

    private static JsonObject Identity() =>
        new()
        {
            ["name"] = SidecarPaths.IdentityVolume,
            ["projected"] = new JsonObject
            {
                ["sources"] = new JsonArray(
                    new JsonObject
                    {
                        ["serviceAccountToken"] = new JsonObject
                        {
                            ["path"] = SidecarPaths.Token,
                            ["audience"] = SidecarPaths.TokenAudience,
                            ["expirationSeconds"] = SidecarPaths.TokenSeconds,
                        },
                    },
                    new JsonObject
                    {
                        // Optional: a pod that is made together with its pool may be first, and starts all the same.
                        ["configMap"] = new JsonObject { ["name"] = BundlePublisher.Name, ["optional"] = true },
                    }
                ),
            },
        };
}
