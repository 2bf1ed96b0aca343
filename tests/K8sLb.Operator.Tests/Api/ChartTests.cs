namespace K8sLb.Operator.Tests.Api;

public sealed class ChartTests
{
    [Fact]
    public void The_chart_installs_the_same_schema() =>
        File.ReadAllText(
                Path.Combine(RepositoryFiles.Root, "helm", "k8slb", "crds", Path.GetFileName(RepositoryFiles.Crd))
            )
            .ShouldBe(File.ReadAllText(RepositoryFiles.Crd));
}
