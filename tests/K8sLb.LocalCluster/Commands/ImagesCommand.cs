using K8sLb.LocalCluster.Assets;
using K8sLb.LocalCluster.Images;

namespace K8sLb.LocalCluster.Commands;

internal static class ImagesCommand
{
    public static async Task RunAsync(string[] names, CancellationToken ct)
    {
        var known = ImageProject.All.Select(project => project.Name).ToList();
        if (names.Except(known).FirstOrDefault() is { } unknown)
        {
            throw new UsageException($"images: no image '{unknown}'; there are {string.Join(", ", known)}");
        }
        var builder = new ImageBuilder(SourceTree.Find(), AssetFolders.FromEnvironment(), Console.WriteLine);
        var wanted = ImageProject.All.Where(project => names.Length == 0 || names.Contains(project.Name));
        var images = await builder.BuildAsync(wanted, ct);
        Console.WriteLine(ImageFigures.Table(images));
    }
}
