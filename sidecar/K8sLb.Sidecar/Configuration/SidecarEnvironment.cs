using System.Globalization;
using System.Net;

namespace K8sLb.Sidecar.Configuration;

/// <summary>Reads <see cref="SidecarOptions"/> from environment variables. All mistakes are told at once.</summary>
public static class SidecarEnvironment
{
    /// <exception cref="SidecarEnvironmentException">Names each wrong variable, its value and what would be right.</exception>
    public static SidecarOptions Read(Func<string, string?> variable)
    {
        var errors = new List<string>();
        string? Text(string name) => variable(name) is { } value && value.Trim().Length > 0 ? value.Trim() : null;

        string Required(string name, string what, string fallback, bool required)
        {
            if (Text(name) is { } value)
            {
                return value;
            }
            if (required)
            {
                errors.Add($"{name} is not set: with K8SLB_OPERATOR it must hold {what}");
            }
            return fallback;
        }

        IPAddress Address(string name, IPAddress fallback)
        {
            if (Text(name) is not { } value)
            {
                return fallback;
            }
            if (IPAddress.TryParse(value, out var address))
            {
                return address;
            }
            errors.Add($"{name}=\"{value}\" is not an IP address, such as 10.0.0.7 or fd00::7");
            return fallback;
        }

        int Port(string name, int fallback)
        {
            if (Text(name) is not { } value)
            {
                return fallback;
            }
            if (
                int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                && port is > 0 and < 65536
            )
            {
                return port;
            }
            errors.Add($"{name}=\"{value}\" is not a port: a number from 1 to 65535");
            return fallback;
        }

        Uri? dial = null;
        if (Text("K8SLB_OPERATOR") is { } operatorText)
        {
            if (
                Uri.TryCreate(operatorText, UriKind.Absolute, out var uri)
                && uri is { Scheme: "http" or "https", AbsolutePath: "/" }
            )
            {
                dial = uri;
            }
            else
            {
                errors.Add(
                    $"K8SLB_OPERATOR=\"{operatorText}\" is not of the form https://host:port or http://host:port"
                );
            }
        }
        var admin = new AdminVariables(Text, errors);
        var attached = dial is not null;
        var trust = new OperatorTrustVariables(Text, dial, errors);
        var listen = Address("K8SLB_LISTEN_ADDRESS", IPAddress.Any);
        var podAddressFallback =
            listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any) ? IPAddress.Loopback : listen;
        _ = Required("K8SLB_POD_IP", "the pod's address (status.podIP)", "", attached);
        var options = new SidecarOptions
        {
            Operator = dial,
            OperatorAuthority = trust.Authority,
            OperatorToken = trust.Token,
            OperatorName = trust.Name,
            PodName = Required("K8SLB_POD_NAME", "the pod's name (metadata.name)", Environment.MachineName, attached),
            PodNamespace = Required("K8SLB_POD_NAMESPACE", "the pod's namespace", "default", attached),
            PodUid = Required("K8SLB_POD_UID", "the pod's UID (metadata.uid)", "", attached),
            PodAddress = Address("K8SLB_POD_IP", podAddressFallback),
            ListenAddress = listen,
            AppAddress = Address("K8SLB_APP_ADDRESS", IPAddress.Loopback),
            AdminAddress = Text("K8SLB_ADMIN_ADDRESS") is null ? null! : Address("K8SLB_ADMIN_ADDRESS", listen),
            MetricsOnPod = admin.MetricsOnPod,
            DrainSecret = admin.DrainSecret,
            AdminPort = Port("K8SLB_ADMIN_PORT", 15020),
            PeerPort = Port("K8SLB_PEER_PORT", 15008),
            AgentPort = Text("K8SLB_AGENT_PORT") is null ? null : Port("K8SLB_AGENT_PORT", 0),
            HealthPort = Text("K8SLB_HEALTH_PORT") is null ? null : Port("K8SLB_HEALTH_PORT", 0),
            StateDirectory = Text("K8SLB_STATE_DIR") ?? "/var/run/k8slb",
            StaticPool = Text("K8SLB_STATIC_POOL"),
        };
        (string Name, int? Port)[] ports =
        [
            ("K8SLB_ADMIN_PORT", options.AdminPort),
            ("K8SLB_PEER_PORT", options.PeerPort),
            ("K8SLB_AGENT_PORT", options.AgentPort),
            ("K8SLB_HEALTH_PORT", options.HealthPort),
        ];
        foreach (var same in ports.Where(p => p.Port is > 0).GroupBy(p => p.Port).Where(g => g.Count() > 1))
        {
            var names = string.Join(" and ", same.Select(p => p.Name));
            errors.Add($"{names} are {(same.Count() == 2 ? "both" : "all")} {same.Key}: they must differ");
        }
        return errors.Count == 0 ? options : throw new SidecarEnvironmentException(errors);
    }
}

public sealed class SidecarEnvironmentException(IReadOnlyList<string> errors)
    : Exception("The environment is not usable:\n  " + string.Join("\n  ", errors))
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
