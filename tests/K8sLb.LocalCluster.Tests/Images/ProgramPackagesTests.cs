using System.Text.Json.Nodes;
using System.Xml.Linq;
using K8sLb.LocalCluster.Images;
using K8sLb.LocalCluster.Images.Sbom;

namespace K8sLb.LocalCluster.Tests.Images;

public sealed class ProgramPackagesTests : IDisposable
{
    private readonly PublishedFixture published = new();

    public void Dispose() => published.Dispose();

    [Fact]
    public void Packages_and_the_runtime_are_listed_where_their_files_were_published()
    {
        var packages = Read();

        packages.Version.ShouldBe("1.2.3");
        packages
            .Components.Select(component => $"{component.Kind} {component.Purl}")
            .ShouldBe([
                "library pkg:nuget/Deep@5.0.0-rc.1",
                "library pkg:nuget/Direct@4.0.0",
                "framework pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@10.0.1",
                "library pkg:nuget/Taken.Out.Of.Package@2.1.0",
            ]);
    }

    [Fact]
    public void Hashes_come_from_the_restore_or_from_the_package_folder()
    {
        var hashes = Read().Components.ToDictionary(component => component.Name, component => component.Hash);

        hashes["Direct"].ShouldBe(new ComponentHash("SHA-512", "010203"));
        hashes["Microsoft.NETCore.App.Runtime.linux-x64"].ShouldBe(new ComponentHash("SHA-512", new string('0', 128)));
        hashes["Deep"].ShouldBeNull();
    }

    [Fact]
    public void A_package_needs_those_of_its_dependencies_that_are_there() =>
        Read().Components.Single(component => component.Name == "Direct").Needs.ShouldBe(["pkg:nuget/Deep@5.0.0-rc.1"]);

    [Theory]
    [InlineData("operator", "OpenTelemetry", "OpenTelemetry.Api", "YamlDotNet")]
    [InlineData("sidecar", "OpenTelemetry", "OpenTelemetry.Api", "Yarp.ReverseProxy")]
    public void The_programs_of_this_tree_list_what_they_run_with_and_nothing_of_the_tests(
        string image,
        params string[] some
    )
    {
        var tree = SourceTree.Find();
        var project = ImageProject.All.Single(project => project.Name == image);
        var assets = Path.Combine(tree, project.Project, "obj", "project.assets.json");

        var names = ProgramPackages
            .Read(AppContext.BaseDirectory, project.Program, assets)
            .Components.Select(component => component.Name)
            .ToList();

        names.ShouldBe(NotOfThisTree(project.Program), ignoreOrder: true);
        some.ShouldBeSubsetOf(names);
        names.ShouldNotContain(name => ForTests(tree).Contains(name));
    }

    private ProgramPackages Read() =>
        ProgramPackages.Read(published.Folder, PublishedFixture.Program, published.AssetsFile);

    private static List<string> NotOfThisTree(string program)
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{program}.deps.json");
        return
        [
            .. JsonNode.Parse(File.ReadAllText(file))!["libraries"]!
                .AsObject()
                .Where(library => library.Value!["type"]!.GetValue<string>() != "project")
                .Select(library => library.Key.Split('/')[0]),
        ];
    }

    private static HashSet<string> ForTests(string tree) =>
        [
            .. XDocument
                .Load(Path.Combine(tree, "Directory.Build.props"))
                .Descendants("PackageReference")
                .Select(reference => reference.Attribute("Include")!.Value),
            "FsCheck",
            "NSubstitute",
        ];
}
