using System.Text.Json.Nodes;
using K8sLb.Core;
using K8sLb.Protocol;

namespace K8sLb.Operator.Injection;

/// <summary>Makes the kubelet wait: for the drain before SIGTERM, and for both before SIGKILL.</summary>
/// <param name="secret">The pod's own, which its sidecar asks for.</param>
/// <param name="headers">Kubelets send the headers of a hook; those that do not take the secret in the path.</param>
internal sealed class DrainHooks(string secret, bool headers)
{
    /// <summary>For the application to end after its connections have.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    /// <summary>What Kubernetes takes where nothing is said.</summary>
    private const long DefaultGrace = 30;

    public void AddPreStop(JsonObject container, List<InjectionWarning> warnings)
    {
        if (container.Object("lifecycle").Object("preStop") is not { } present)
        {
            var get = new JsonObject { ["path"] = DrainCall.Path, ["port"] = SidecarPaths.AdminPort };
            Authorize(get);
            container.ObjectOrNew("lifecycle")["preStop"] = new JsonObject { ["httpGet"] = get };
        }
        else if (present.Object("httpGet") is { } get && IsDrain(get))
        {
            Authorize(get);
        }
        else
        {
            warnings.Add(InjectionWarning.OwnPreStop(container.Text("name") ?? "", SidecarPaths.AdminPort));
            if (present.Object("exec") is not null)
            {
                TellSecret(container);
            }
        }
    }

    public static void CoverDrain(JsonObject spec, DrainSpec drain)
    {
        var needed = (long)Math.Ceiling((drain.Deadline + drain.RampDown + Margin).TotalSeconds);
        if ((spec.Number("terminationGracePeriodSeconds") ?? DefaultGrace) < needed)
        {
            spec["terminationGracePeriodSeconds"] = needed;
        }
    }

    private void Authorize(JsonObject httpGet)
    {
        if (!headers)
        {
            httpGet["path"] = DrainCall.PathWith(secret);
            return;
        }
        httpGet["httpHeaders"] = new JsonArray(
            new JsonObject { ["name"] = DrainCall.SecretHeader, ["value"] = secret }
        );
    }

    /// <summary>A hook that is a command of the container calls with what is in its environment.</summary>
    private void TellSecret(JsonObject container)
    {
        var variables = container.ListOrNew("env");
        variables.RemoveAll(v => (v as JsonObject).Text("name") == DrainCall.SecretVariable);
        variables.Add(new JsonObject { ["name"] = DrainCall.SecretVariable, ["value"] = secret });
    }

    private static bool IsDrain(JsonObject httpGet) =>
        httpGet.Text("path") == DrainCall.Path && httpGet.Number("port") == SidecarPaths.AdminPort;
}
