using K8sLb.Operator.Api;
using K8sLb.Operator.Mapping;

namespace K8sLb.Operator.Tests.Mapping;

public sealed class PodMatcherTests
{
    [Theory]
    [InlineData("In", "web,api", "tier=web", true)]
    [InlineData("In", "web,api", "tier=db", false)]
    [InlineData("In", "web,api", "", false)]
    [InlineData("NotIn", "web", "tier=db", true)]
    [InlineData("NotIn", "web", "tier=web", false)]
    [InlineData("NotIn", "web", "", true)]
    [InlineData("Exists", "", "tier=", true)]
    [InlineData("Exists", "", "", false)]
    [InlineData("DoesNotExist", "", "", true)]
    [InlineData("DoesNotExist", "", "tier=web", false)]
    public void Requirements_mean_what_they_mean_to_Kubernetes(string op, string values, string pod, bool expected)
    {
        var matcher = new PodMatcher(
            new PodSelector
            {
                MatchExpressions =
                [
                    new PodSelectorRequirement
                    {
                        Key = "tier",
                        Operator = op,
                        Values = values.Length == 0 ? null : values.Split(','),
                    },
                ],
            }
        );

        matcher.Matches(Labels(pod)).ShouldBe(expected);
    }

    [Fact]
    public void All_labels_and_all_requirements_must_hold()
    {
        var matcher = new PodMatcher(
            new PodSelector
            {
                MatchLabels = new Dictionary<string, string> { ["app"] = "shop", ["zone"] = "a" },
                MatchExpressions = [new PodSelectorRequirement { Key = "canary", Operator = "DoesNotExist" }],
            }
        );

        matcher.Matches(Labels("app=shop,zone=a")).ShouldBeTrue();
        matcher.Matches(Labels("app=shop")).ShouldBeFalse();
        matcher.Matches(Labels("app=shop,zone=a,canary=1")).ShouldBeFalse();
        matcher.Matches(null).ShouldBeFalse();
    }

    private static Dictionary<string, string> Labels(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split('='))
            .ToDictionary(l => l[0], l => l[1]);
}
