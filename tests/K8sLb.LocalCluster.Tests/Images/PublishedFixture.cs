namespace K8sLb.LocalCluster.Tests.Images;

/// <summary>What a publish for one platform leaves, with little in it.</summary>
internal sealed class PublishedFixture : IDisposable
{
    public const string Program = "Some.Program";

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("k8slb-publish-");

    public PublishedFixture()
    {
        Folder = root.CreateSubdirectory("output").FullName;
        AssetsFile = Path.Combine(root.FullName, "project.assets.json");
        File.WriteAllText(Path.Combine(Folder, $"{Program}.deps.json"), Dependencies);
        string[] files =
        [
            "Some.Program.dll",
            "Direct.dll",
            "Deep.dll",
            "Taken.Out.Of.Package.dll",
            "System.Runtime.dll",
        ];
        foreach (var file in files)
        {
            File.WriteAllText(Path.Combine(Folder, file), "");
        }
        var packages = root.CreateSubdirectory("packages").FullName;
        var pack = Path.Combine(packages, "microsoft.netcore.app.runtime.linux-x64", "10.0.1");
        Directory.CreateDirectory(pack);
        File.WriteAllText(
            Path.Combine(pack, "microsoft.netcore.app.runtime.linux-x64.10.0.1.nupkg.sha512"),
            Convert.ToBase64String(new byte[64])
        );
        File.WriteAllText(AssetsFile, Assets.Replace("PACKAGES", packages, StringComparison.Ordinal));
    }

    public string Folder { get; }

    public string AssetsFile { get; }

    public void Dispose() => root.Delete(recursive: true);

    private const string Dependencies = """
        {
          "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0/linux-x64" },
          "targets": {
            ".NETCoreApp,Version=v10.0": {},
            ".NETCoreApp,Version=v10.0/linux-x64": {
              "Some.Program/1.2.3": { "dependencies": { "Direct": "4.0.0" }, "runtime": { "Some.Program.dll": {} } },
              "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.1": { "runtime": { "System.Runtime.dll": {} } },
              "Direct/4.0.0": {
                "dependencies": { "Deep": "5.0.0-rc.1", "Build.Only": "7.0.0" },
                "runtime": { "lib/net10.0/Direct.dll": {} }
              },
              "Deep/5.0.0-rc.1": { "runtime": { "lib/net8.0/Deep.dll": {} } },
              "Trimmed.Away/6.0.0": { "runtime": { "lib/net10.0/Trimmed.Away.dll": {} } },
              "Build.Only/7.0.0": {},
              "Taken.Out.Of.Package/2.1.0.0": { "runtime": { "Taken.Out.Of.Package.dll": {} } }
            }
          },
          "libraries": {
            "Some.Program/1.2.3": { "type": "project" },
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/10.0.1": { "type": "runtimepack" },
            "Direct/4.0.0": { "type": "package" },
            "Deep/5.0.0-rc.1": { "type": "package" },
            "Trimmed.Away/6.0.0": { "type": "package" },
            "Build.Only/7.0.0": { "type": "package" },
            "Taken.Out.Of.Package/2.1.0.0": { "type": "reference" }
          }
        }
        """;

    private const string Assets = """
        {
          "packageFolders": { "PACKAGES": {} },
          "libraries": {
            "Direct/4.0.0": { "type": "package", "sha512": "AQID" },
            "Some.Project/1.0.0": { "type": "project" }
          },
          "project": {
            "frameworks": {
              "net10.0": {
                "downloadDependencies": [{ "name": "Taken.Out.Of.Package", "version": "[2.1.0, 2.1.0]" }]
              }
            }
          }
        }
        """;
}
