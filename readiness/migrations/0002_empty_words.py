"""The words that say nothing of a task ship as data; the program office adds its own and takes others out of use."""

import django.db.models.functions.text
from django.db import migrations, models

import readiness.models.empty_words

SHIPPED = {
    "promise": (
        "ai-driven future, best in class, better outcomes, business value, create value, cutting edge, digital journey, "
        "efficiency, efficiency gains, empowerment, enhancement, excellence, future of work, future proof, "
        "future ready, game changer, game changing, hyperautomation, innovation, innovative, maximise, maximize, "
        "modernisation, modernization, next gen, next generation, next level, optimisation, optimise, optimization, "
        "optimize, productivity, reimagine, reimagined, reinvent, revolutionise, revolutionize, seamless, state of the "
        "art, streamline, supercharge, synergies, synergy, transform, transformation, transformative, transforming, "
        "unleash, unlock, unlock value, unlocking, unlocking value, value creation, world class"
    ),
    "technology": (
        "advanced, agent, agentic, agents, ai, ai-assisted, ai-based, ai-driven, ai-enabled, ai-enhanced, ai-powered, "
        "algorithm, algorithms, app, application, applications, artificial intelligence, assistant, assistants, "
        "automated, automation, bot, bots, chat, chat bot, chatbot, chatbots, chatgpt, cloud, co-pilot, conversational "
        "ai, copilot, copilots, deep learning, engine, foundation model, genai, generative, generative ai, google gemini, "
        "gpt, hub, integration, intelligence, intelligent, language model, language models, large language model, large "
        "language models, llm, llms, m365, machine learning, microsoft copilot, ml, model, models, multimodal, natural "
        "language processing, neural network, neural networks, nlp, ocr, office 365, optical character recognition, "
        "platform, platforms, portal, predictive, robot, robots, rpa, service, services, smart, software, solution, "
        "solutions, system, systems, technologies, technology, tool, toolkit, tools, virtual assistant, voice bot, "
        "voicebot"
    ),
    "department": (
        "accounting, accounts payable, administration, back office, business, call center, call centre, claims, company, "
        "compliance, contact center, contact centre, controlling, corporate, customer, customer care, customer "
        "experience, customer operations, customer service, customer services, customer success, customer support, "
        "customers, department, employee, employees, engineering, enterprise, facilities, field service, finance, front "
        "office, help desk, helpdesk, hr, hr department, human resources, information technology, it department, it "
        "support, legal, legal department, logistics, manufacturing, marketing, office, operations, organisation, "
        "organization, payroll, people operations, procurement, public relations, purchasing, r&d, research and "
        "development, research department, sales, sales department, service desk, staff, supply chain, team, teams, "
        "treasury, underwriting, workforce"
    ),
    "general": (
        "analyses, analysis, analytics, answers, assistance, capabilities, capability, charts, code, coding, "
        "collaboration, collection, communication, communications, content, content generation, creation, curation, "
        "dashboard, dashboards, data, detection, development, document, documents, draft, drafting, drafts, e-mail, "
        "e-mails, email, emails, extraction, files, forecast, forecasting, forecasts, generation, graphs, image, images, "
        "information, initiative, insight, insights, intake, knowledge, knowledge management, letters, mails, management, "
        "meeting, meetings, messages, monitoring, notes, paperwork, planning, prediction, predictions, process, "
        "processes, processing, project management, quality, questions, recommendations, report, reporting, reports, "
        "requests, response, responses, review, reviews, roadmap, search, strategy, summaries, summarisation, "
        "summarization, summary, support, task, tasks, text, texts, tickets, use case, use cases, work, workflow, "
        "workflows, writing"
    ),
}


def ship(apps, schema_editor):
    words = apps.get_model("readiness", "EmptyWord").objects.using(schema_editor.connection.alias)
    words.bulk_create(
        words.model(phrase=phrase, kind=kind)
        for kind, phrases in SHIPPED.items()
        for phrase in sorted(set(phrases.split(", ")))
    )


class Migration(migrations.Migration):
    dependencies = [("readiness", "0001_imports")]
    operations = [
        migrations.CreateModel(
            name="EmptyWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "phrase",
                    models.CharField(
                        db_comment="word or phrase, as it is compared without case",
                        help_text="Capitals and hyphens do not matter.",
                        max_length=80,
                        validators=[readiness.models.empty_words.says_something],
                        verbose_name="word or phrase",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("promise", "a promise: asked about wherever no task stands beside it"),
                            ("technology", "a technology or a tool: asked about where it stands alone"),
                            ("department", "a department: asked about where it stands alone"),
                            ("general", "a general word, such as drafts: asked about where it stands alone"),
                        ],
                        db_comment="promise, technology, department or general",
                        max_length=20,
                        verbose_name="what it is",
                    ),
                ),
                (
                    "in_use",
                    models.BooleanField(
                        db_comment="whether a question is asked because of it",
                        default=True,
                        help_text="Without it nothing is asked because of this word.",
                        verbose_name="asked about",
                    ),
                ),
            ],
            options={
                "verbose_name": "empty word",
                "verbose_name_plural": "empty words",
                "db_table_comment": "Words that say nothing of a task, each with what it is instead. A setting, no fact.",
                "ordering": ("phrase",),
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("phrase"),
                        name="an_empty_word_stands_once",
                        violation_error_message="This word is on the list.",
                    )
                ],
            },
        ),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
