using K8sLb.Operator.Api;
using K8sLb.Operator.Mapping;
using K8sLb.Operator.Validation;

namespace K8sLb.Operator.Tests.Validation;

public sealed class AgentCheckRulesTests
{
    public static TheoryData<string, BackendPoolAgentCheck> Wrong =>
        new()
        {
            {
                "spec.agentCheck.httpGet.path: \"load\": must begin with / and have no spaces or control characters",
                new()
                {
                    Port = 8080,
                    HttpGet = new() { Path = "load" },
                }
            },
            {
                "spec.agentCheck.httpGet.path: \"/a b\": must begin with / and have no spaces or control characters",
                new()
                {
                    Port = 8080,
                    HttpGet = new() { Path = "/a b" },
                }
            },
            {
                "spec.agentCheck.send: \"load?\": must be left out where httpGet is given: a GET is what is sent",
                new()
                {
                    Port = 8080,
                    HttpGet = new(),
                    Send = "load?",
                }
            },
        };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_be_asked_is_refused(string error, BackendPoolAgentCheck check)
    {
        var spec = Sample.Spec();
        spec.AgentCheck = check;

        BackendPoolValidator.Validate(spec).Select(e => e.ToString()).ShouldBe([error]);
    }

    [Theory]
    [InlineData(true, "/")]
    [InlineData(false, null)]
    public void The_sidecar_is_told_how_to_ask(bool byHttp, string? path)
    {
        var spec = Sample.Spec();
        spec.AgentCheck = new() { Port = 8080, HttpGet = byHttp ? new() : null };

        AcceptedSpec.From(spec).Policy.Agent!.HttpPath.ShouldBe(path);
    }
}
