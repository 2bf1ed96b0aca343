using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using K8sLb.LocalCluster.Images;
using K8sLb.LocalCluster.Images.Sbom;

namespace K8sLb.LocalCluster.Tests.Images;

public sealed partial class CycloneDxTests : IDisposable
{
    private static readonly Distribution Debian = new("debian", "12");

    private static readonly SourceRevision Source = new("0123abc", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    private static readonly DebianPackage[] BasePackages =
    [
        new("libc6", "2.36-9+deb12u14", "amd64", new string('a', 64)),
        new("libstdc++6", "1:12.2.0-14", "amd64", null),
    ];

    private readonly PublishedFixture published = new();

    public void Dispose() => published.Dispose();

    [Fact]
    public void It_has_the_fields_that_the_specification_requires()
    {
        var bom = Parsed(Write());

        Text(bom, "bomFormat").ShouldBe("CycloneDX");
        Text(bom, "specVersion").ShouldBe("1.6");
        bom["version"]!.GetValue<int>().ShouldBe(1);
        SerialNumber().IsMatch(Text(bom, "serialNumber")).ShouldBeTrue();
        Text(bom["metadata"]!, "timestamp").ShouldBe("2023-11-14T22:13:20Z");
        var self = bom["metadata"]!["component"]!;
        Text(self, "type").ShouldBe("container");
        Text(self, "name").ShouldBe("k8slb-sidecar");
        Text(self, "version").ShouldBe("1.2.3");
        Text(self["licenses"]![0]!["license"]!, "id").ShouldBe("Apache-2.0");
        foreach (var component in Components(bom))
        {
            new[] { "library", "framework" }.ShouldContain(Text(component, "type"));
            Text(component, "name").ShouldNotBeEmpty();
            Text(component, "version").ShouldNotBeEmpty();
            Text(component, "purl").ShouldStartWith("pkg:");
        }
    }

    [Fact]
    public void It_lists_what_was_published_and_the_distributions_packages() =>
        Components(Parsed(Write()))
            .Select(component => Text(component, "purl"))
            .ShouldBe([
                "pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12",
                "pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14?arch=amd64&distro=debian-12",
                "pkg:nuget/Deep@5.0.0-rc.1",
                "pkg:nuget/Direct@4.0.0",
                "pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@10.0.1",
                "pkg:nuget/Taken.Out.Of.Package@2.1.0",
            ]);

    [Fact]
    public void References_are_unique_and_dependencies_name_nothing_else()
    {
        var bom = Parsed(Write());
        var references = Components(bom).Append(bom["metadata"]!["component"]!).Select(node => Text(node, "bom-ref"));
        var dependencies = bom["dependencies"]!.AsArray();

        references.ShouldBeUnique();
        dependencies.Select(node => Text(node!, "ref")).ShouldBe(references, ignoreOrder: true);
        dependencies
            .SelectMany(node => node!["dependsOn"]!.AsArray())
            .Select(node => node!.GetValue<string>())
            .ShouldBeSubsetOf(references);
    }

    [Fact]
    public void Hashes_are_hexadecimal_of_their_algorithms_length()
    {
        var hashes = Components(Parsed(Write()))
            .Where(component => component["hashes"] is not null)
            .ToDictionary(component => Text(component, "name"), component => component["hashes"]![0]!);

        Text(hashes["libc6"], "alg").ShouldBe("SHA-256");
        Text(hashes["libc6"], "content").ShouldBe(new string('a', 64));
        Text(hashes["Microsoft.NETCore.App.Runtime.linux-x64"], "alg").ShouldBe("SHA-512");
        Text(hashes["Microsoft.NETCore.App.Runtime.linux-x64"], "content").Length.ShouldBe(128);
        hashes.Keys.ShouldNotContain("libstdc++6");
    }

    [Fact]
    public void The_same_contents_make_the_same_text_and_others_another_serial_number()
    {
        Write().ShouldBe(Write());
        Text(Parsed(Write(BasePackages[..1])), "serialNumber").ShouldNotBe(Text(Parsed(Write()), "serialNumber"));
    }

    [Fact]
    public void Without_a_commit_there_is_no_time() =>
        Parsed(CycloneDx.Write(Labels(SourceRevision.None), []))["metadata"]!["timestamp"].ShouldBeNull();

    private string Write(params DebianPackage[] debian) =>
        CycloneDx.Write(
            Labels(Source),
            [
                .. ProgramPackages.Read(published.Folder, PublishedFixture.Program, published.AssetsFile).Components,
                .. (debian.Length == 0 ? BasePackages : debian).Select(package =>
                    SoftwareComponent.Of(package, Debian)
                ),
            ]
        );

    private static ImageLabels Labels(SourceRevision source) =>
        ImageProject.All.Single(project => project.Name == "sidecar").Labels("1.2.3", source, Debian);

    private static JsonNode Parsed(string text) => JsonNode.Parse(text)!;

    private static IEnumerable<JsonNode> Components(JsonNode bom) =>
        bom["components"]!.AsArray().Select(component => component!);

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

    // The pattern of the standard's schema.
    [GeneratedRegex("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    private static partial Regex SerialNumber();
}
