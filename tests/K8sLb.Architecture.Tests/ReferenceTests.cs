using System.Reflection;
using System.Xml.Linq;

namespace K8sLb.Architecture.Tests;

/// <summary>Who may reference whom. Direction is what keeps decisions pure and the sidecar light.</summary>
public sealed class ReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["operator/K8sLb.Core"] = [],
        ["operator/K8sLb.Kubernetes"] = [],
        ["sidecar/K8sLb.Protocol"] = [],
        ["telemetry/K8sLb.Telemetry"] = [],
        ["sidecar/K8sLb.Sidecar"] = ["K8sLb.Protocol", "K8sLb.Telemetry"],
        ["operator/K8sLb.Operator"] = ["K8sLb.Core", "K8sLb.Kubernetes", "K8sLb.Protocol", "K8sLb.Telemetry"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_those_below_it(string project) =>
        ProjectReferences(project).Except(Allowed[project]).ShouldBeEmpty();

    [Fact]
    public void Every_shipped_project_has_a_rule()
    {
        var shipped = new[] { "operator", "sidecar", "telemetry" }
            .SelectMany(folder => Directory.GetDirectories(Repository.File(folder)))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'));
        shipped.ShouldBe(Allowed.Keys, ignoreOrder: true);
    }

    [Fact]
    public void Nothing_that_ships_references_a_test_project() =>
        Allowed.Keys.SelectMany(ReferencePaths).ShouldAllBe(path => !path.Contains("tests/"));

    /// <summary>Pure decisions: no sockets, no files, no HTTP, no JSON, no logging, no threads of its own.</summary>
    [Fact]
    public void The_core_uses_the_base_library_alone()
    {
        string[] allowed =
        [
            "System.Runtime",
            "System.Collections",
            "System.Collections.Immutable",
            "System.Linq",
            "System.Memory",
        ];
        AssemblyReferences("K8sLb.Core").Except(allowed).ShouldBeEmpty();
    }

    [Fact]
    public void The_core_never_reads_the_clock()
    {
        var sources = Directory.GetFiles(
            Repository.File("operator/K8sLb.Core"),
            "*.cs",
            new EnumerationOptions { RecurseSubdirectories = true }
        );
        sources
            .Where(path => !path.Contains("/obj/"))
            .Where(path =>
                System.IO.File.ReadAllText(path) is var text
                && (text.Contains("UtcNow") || text.Contains("DateTime.Now") || text.Contains("TimeProvider"))
            )
            .ShouldBeEmpty();
    }

    private static IEnumerable<string> ProjectReferences(string project) =>
        ReferencePaths(project).Select(path => Path.GetFileNameWithoutExtension(path));

    private static IEnumerable<string> ReferencePaths(string project)
    {
        var file = Repository.File($"{project}/{Path.GetFileName(project)}.csproj");
        return XDocument
            .Load(file)
            .Descendants("ProjectReference")
            .Select(reference => reference.Attribute("Include")!.Value.Replace('\\', '/'));
    }

    private static IEnumerable<string> AssemblyReferences(string name) =>
        Assembly.Load(name).GetReferencedAssemblies().Select(reference => reference.Name!);
}
