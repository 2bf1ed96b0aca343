using System.Reflection;

namespace K8sLb.Architecture.Tests;

/// <summary>
/// A sidecar runs beside every pod, so each assembly it pulls in is paid for thousands of times. A new one is a decision:
/// it is added here with its reason.
/// </summary>
public sealed class SidecarWeightTests
{
    /// <summary>Outside the shared frameworks: the wire contract, the forwarder, and what its figures are read by.</summary>
    private static readonly string[] AllowedOutsideTheFrameworks =
    [
        "K8sLb.Protocol",
        "K8sLb.Telemetry",
        "Yarp.ReverseProxy",
    ];

    [Fact]
    public void The_sidecar_pulls_in_only_what_is_listed() =>
        OutsideTheFrameworks("K8sLb.Sidecar").ShouldBe(AllowedOutsideTheFrameworks, ignoreOrder: true);

    [Fact]
    public void The_wire_contract_pulls_in_nothing() => OutsideTheFrameworks("K8sLb.Protocol").ShouldBeEmpty();

    [Fact]
    public void The_sidecar_never_talks_to_the_Kubernetes_API()
    {
        var sources = Directory.GetFiles(
            Repository.File("sidecar"),
            "*.cs",
            new EnumerationOptions { RecurseSubdirectories = true }
        );
        sources
            .Where(path => !path.Contains("/obj/"))
            .Where(path => System.IO.File.ReadAllText(path).Contains("KUBERNETES_SERVICE_HOST"))
            .ShouldBeEmpty();
    }

    private static IEnumerable<string> OutsideTheFrameworks(string name) =>
        Assembly
            .Load(name)
            .GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(reference => !reference.StartsWith("System.", StringComparison.Ordinal))
            .Where(reference => !reference.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal))
            .Where(reference => !reference.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal));
}
