using System.Net;
using K8sLb.Kubernetes.Models;
using K8sLb.Protocol;

namespace K8sLb.EndToEnd.Tests.Harness;

/// <summary>The built programs and what they are told by environment.</summary>
internal static class Programs
{
    public const string App = "app";
    public const string Sidecar = "k8slb-sidecar";
    public const int AppPort = 8080;
    public const int AppHttp2Port = 8081;
    public const int SidecarPort = 15080;
    public const int SidecarHttp2Port = 15081;
    public const int AdminPort = 15020;

    /// <summary>As with-sidecar.yaml has it in its hook.</summary>
    public const string DrainSecret = "5f1c0f1e7a1b4c6d9e2a8b3c4d5e6f70";

    public static IReadOnlyList<string> Operator => Dotnet("K8sLb.Operator");

    /// <exception cref="ArgumentException">No program goes by this name.</exception>
    public static IReadOnlyList<string> OfContainer(string name) =>
        name switch
        {
            App => Dotnet("K8sLb.SampleApp"),
            Sidecar => Dotnet("K8sLb.Sidecar"),
            _ => throw new ArgumentException($"no program for a container called {name}"),
        };

    public static Dictionary<string, string> Environment(
        V1Pod pod,
        IPAddress address,
        Uri control,
        string stateFolder,
        string identityFolder
    )
    {
        var ip = address.ToString();
        return new()
        {
            ["APP_ADDRESS"] = ip,
            ["POD_NAME"] = pod.Name(),
            ["K8SLB_OPERATOR"] = control.ToString(),
            ["K8SLB_OPERATOR_NAME"] = OperatorProcess.Name,
            ["K8SLB_OPERATOR_CA"] = Path.Combine(identityFolder, IdentityVolume.Authority),
            ["K8SLB_OPERATOR_TOKEN"] = Path.Combine(identityFolder, IdentityVolume.Token),
            ["K8SLB_POD_NAME"] = pod.Name(),
            ["K8SLB_POD_NAMESPACE"] = pod.Namespace()!,
            ["K8SLB_POD_UID"] = pod.Uid(),
            ["K8SLB_POD_IP"] = ip,
            ["K8SLB_LISTEN_ADDRESS"] = ip,
            ["K8SLB_APP_ADDRESS"] = ip,
            [DrainCall.SecretVariable] = DrainSecret,
            ["K8SLB_STATE_DIR"] = stateFolder,
        };
    }

    private static string[] Dotnet(string name) => ["dotnet", Path.Combine(AppContext.BaseDirectory, $"{name}.dll")];
}
