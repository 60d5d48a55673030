CREATE TABLE "amendment" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"encounter_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"text" text NOT NULL,
	"reason" text,
	"status" text NOT NULL,
	"author_id" uuid NOT NULL,
	"author_name" text,
	"author_profession" text,
	"author_hpr_number" text,
	"signed_at" text,
	"content_hash" text,
	CONSTRAINT "amendment_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "appointment" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"practitioner_id" uuid NOT NULL,
	"starts_at" text NOT NULL,
	"duration_minutes" bigint NOT NULL,
	"visit_type" text NOT NULL,
	"reason" text,
	"status" text NOT NULL,
	"walk_in" boolean NOT NULL,
	"cancel_reason" text,
	"arrived_at" text,
	CONSTRAINT "appointment_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "channel_consent" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"state" text NOT NULL,
	"recorded_by_id" uuid NOT NULL,
	"recorded_at" text NOT NULL,
	CONSTRAINT "channel_consent_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "clinic" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"name" text NOT NULL,
	"org_number" text,
	"address_line" text,
	"postal_code" text,
	"city" text,
	"phone" text,
	"email" text,
	"letterhead" text,
	"demo" boolean NOT NULL,
	CONSTRAINT "clinic_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "conflict" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"audience" text NOT NULL,
	"subject_entity" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"patient_id" uuid,
	"field" text NOT NULL,
	"kept" jsonb,
	"kept_device_id" uuid,
	"lost" jsonb,
	"lost_device_id" uuid NOT NULL,
	"lost_actor_id" uuid NOT NULL,
	"lost_at" text NOT NULL,
	"status" text NOT NULL,
	"resolution" text,
	"resolved_by_id" uuid,
	"resolved_at" text,
	CONSTRAINT "conflict_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "day_close" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"practitioner_id" uuid NOT NULL,
	"day" text NOT NULL,
	"closed_at" text NOT NULL,
	"closed_by_id" uuid NOT NULL,
	"left" jsonb NOT NULL,
	CONSTRAINT "day_close_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "device" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"name" text NOT NULL,
	"user_id" uuid,
	"audience" text NOT NULL,
	"enrolled_at" text NOT NULL,
	"revoked_at" text,
	CONSTRAINT "device_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "diagnosis" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"encounter_id" uuid NOT NULL,
	"system" text NOT NULL,
	"code" text NOT NULL,
	"text" text NOT NULL,
	"release" text NOT NULL,
	"main" boolean NOT NULL,
	CONSTRAINT "diagnosis_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "document" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"media_type" text NOT NULL,
	"sha256" text NOT NULL,
	"byte_length" bigint NOT NULL,
	"data" text NOT NULL,
	CONSTRAINT "document_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "encounter" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"episode_id" uuid,
	"practitioner_id" uuid NOT NULL,
	"appointment_id" uuid,
	"visit_type" text NOT NULL,
	"visit_at" text NOT NULL,
	"recorded_at" text NOT NULL,
	"status" text NOT NULL,
	"salt_from_id" uuid,
	"signed_content" jsonb,
	"signed_at" text,
	"signed_by_id" uuid,
	"content_hash" text,
	"closed_reason" text,
	"closed_by_id" uuid,
	"closed_at" text,
	CONSTRAINT "encounter_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "episode" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"title" text NOT NULL,
	"started_on" text NOT NULL,
	"ended_on" text,
	"note" text,
	"closed" boolean NOT NULL,
	CONSTRAINT "episode_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "guardian" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"name" text NOT NULL,
	"relation" text NOT NULL,
	"phone" text,
	"email" text,
	CONSTRAINT "guardian_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "letter" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"encounter_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"status" text NOT NULL,
	"content" jsonb NOT NULL,
	"objection" boolean NOT NULL,
	"objection_note" text,
	"affected_by_amendment_id" uuid,
	"author_id" uuid NOT NULL,
	"signed_at" text,
	"signed_by_id" uuid,
	"document_id" uuid,
	"delivered_at" text,
	CONSTRAINT "letter_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "note_section" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"encounter_id" uuid NOT NULL,
	"key" text NOT NULL,
	"text" text NOT NULL,
	"origin" text NOT NULL,
	"origin_encounter_id" uuid,
	"origin_text" text,
	"review" text NOT NULL,
	"sibling_of_id" uuid,
	"sibling_state" text,
	CONSTRAINT "note_section_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "observation" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"encounter_id" uuid NOT NULL,
	"code" text NOT NULL,
	"value" bigint,
	CONSTRAINT "observation_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "patient" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"given_name" text NOT NULL,
	"family_name" text NOT NULL,
	"birth_date" text,
	"sex" text NOT NULL,
	"national_id" text,
	"national_id_kind" text,
	"missing_national_id_reason" text,
	"phone" text,
	"email" text,
	"address_line" text,
	"postal_code" text,
	"city" text,
	"occupation" text,
	"language" text,
	"fastlege_name" text,
	"fastlege_practice" text,
	"fastlege_address_line" text,
	"fastlege_postal_code" text,
	"fastlege_city" text,
	"status" text NOT NULL,
	CONSTRAINT "patient_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "payment" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"encounter_id" uuid NOT NULL,
	"amount_ore" bigint NOT NULL,
	"method" text NOT NULL,
	"paid_at" text NOT NULL,
	"taken_by_id" uuid NOT NULL,
	"receipt_number" text NOT NULL,
	"lines" jsonb NOT NULL,
	"voided" boolean NOT NULL,
	"void_reason" text,
	CONSTRAINT "payment_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "phrase" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"user_id" uuid,
	"abbreviation" text NOT NULL,
	"text" text NOT NULL,
	CONSTRAINT "phrase_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "price_item" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"code" text NOT NULL,
	"label" text NOT NULL,
	"kind" text NOT NULL,
	"amount_ore" bigint,
	"refund_ore" bigint,
	"visit_types" jsonb NOT NULL,
	"active" boolean NOT NULL,
	"confirmed_by_id" uuid,
	"confirmed_at" text,
	CONSTRAINT "price_item_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "red_flag_answer" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"encounter_id" uuid NOT NULL,
	"region" text NOT NULL,
	"question" text NOT NULL,
	"answer" text,
	"comment" text,
	CONSTRAINT "red_flag_answer_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "safety_fact" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"patient_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"detail" text,
	"recorded_by_id" uuid NOT NULL,
	"recorded_at" text NOT NULL,
	CONSTRAINT "safety_fact_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "signing_key" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"user_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"public_key" text NOT NULL,
	CONSTRAINT "signing_key_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "treatment_consent" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"encounter_id" uuid NOT NULL,
	"given" boolean,
	"comment" text,
	CONSTRAINT "treatment_consent_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "treatment_line" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"encounter_id" uuid NOT NULL,
	"patient_id" uuid NOT NULL,
	"price_item_id" uuid,
	"code" text NOT NULL,
	"label" text NOT NULL,
	"quantity" bigint NOT NULL,
	"amount_ore" bigint,
	"refund_ore" bigint,
	CONSTRAINT "treatment_line_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "user" (
	"id" uuid NOT NULL,
	"clinic_id" uuid NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"field_seq" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"extra" jsonb,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"roles" jsonb NOT NULL,
	"profession" text,
	"hpr_number" text,
	"active" boolean NOT NULL,
	"valid_until" text,
	CONSTRAINT "user_clinic_id_id_pk" PRIMARY KEY("clinic_id","id")
);
--> statement-breakpoint
CREATE TABLE "account" (
	"clinic_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"verifier" text NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "account_clinic_id_user_id_pk" PRIMARY KEY("clinic_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "attempt" (
	"key_hash" text PRIMARY KEY NOT NULL,
	"failures" integer NOT NULL,
	"last_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_event" (
	"clinic_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"n" bigint NOT NULL,
	"id" uuid NOT NULL,
	"at" text NOT NULL,
	"actor_id" uuid,
	"actor_name" text,
	"roles" jsonb NOT NULL,
	"action" text NOT NULL,
	"verb" text NOT NULL,
	"subject_entity" text,
	"subject_id" uuid,
	"patient_id" uuid,
	"details" jsonb NOT NULL,
	"reason" text,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	"intact" boolean NOT NULL,
	"clinic_n" bigint NOT NULL,
	"clinic_hash" text NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "audit_event_clinic_id_device_id_n_pk" PRIMARY KEY("clinic_id","device_id","n")
);
--> statement-breakpoint
CREATE TABLE "clinic_clock" (
	"clinic_id" uuid PRIMARY KEY NOT NULL,
	"seq" bigint DEFAULT 0 NOT NULL,
	"floor" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "device_credential" (
	"clinic_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"audience" text NOT NULL,
	"secret_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "device_credential_clinic_id_device_id_pk" PRIMARY KEY("clinic_id","device_id")
);
--> statement-breakpoint
CREATE TABLE "device_queue" (
	"clinic_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"last_n" bigint DEFAULT 0 NOT NULL,
	"audit_n" bigint DEFAULT 0 NOT NULL,
	"audit_hash" text DEFAULT '0000000000000000000000000000000000000000000000000000000000000000' NOT NULL,
	"seen_at" timestamp with time zone,
	CONSTRAINT "device_queue_clinic_id_device_id_pk" PRIMARY KEY("clinic_id","device_id")
);
--> statement-breakpoint
CREATE TABLE "directory" (
	"kind" text NOT NULL,
	"key_hash" text NOT NULL,
	"clinic_id" uuid NOT NULL,
	CONSTRAINT "directory_kind_key_hash_clinic_id_pk" PRIMARY KEY("kind","key_hash","clinic_id")
);
--> statement-breakpoint
CREATE TABLE "feed" (
	"clinic_id" uuid NOT NULL,
	"audience" text NOT NULL,
	"entity" text NOT NULL,
	"id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"created_seq" bigint NOT NULL,
	"deleted" boolean NOT NULL,
	"body" text,
	CONSTRAINT "feed_clinic_id_entity_id_pk" PRIMARY KEY("clinic_id","entity","id")
);
--> statement-breakpoint
CREATE TABLE "invitation" (
	"clinic_id" uuid NOT NULL,
	"code_hash" text NOT NULL,
	"user_id" uuid NOT NULL,
	"created_by_id" uuid NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"used_by_device_id" uuid,
	CONSTRAINT "invitation_clinic_id_code_hash_pk" PRIMARY KEY("clinic_id","code_hash")
);
--> statement-breakpoint
CREATE TABLE "ledger" (
	"clinic_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"n" bigint NOT NULL,
	"change_id" uuid,
	"hash" text NOT NULL,
	"actor" uuid,
	"verb" text,
	"entity" text,
	"row_id" uuid,
	"outcome" jsonb NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ledger_clinic_id_device_id_n_pk" PRIMARY KEY("clinic_id","device_id","n")
);
--> statement-breakpoint
CREATE TABLE "quarantine" (
	"clinic_id" uuid NOT NULL,
	"device_id" uuid NOT NULL,
	"n" bigint NOT NULL,
	"hash" text NOT NULL,
	"code" text NOT NULL,
	"change" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "quarantine_clinic_id_device_id_n_hash_pk" PRIMARY KEY("clinic_id","device_id","n","hash")
);
--> statement-breakpoint
CREATE TABLE "server_state" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"epoch" uuid DEFAULT gen_random_uuid() NOT NULL,
	"guards" text
);
--> statement-breakpoint
CREATE TABLE "user_role_ever" (
	"clinic_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	CONSTRAINT "user_role_ever_clinic_id_user_id_role_pk" PRIMARY KEY("clinic_id","user_id","role")
);
--> statement-breakpoint
CREATE INDEX "amendment_encounter_id" ON "amendment" USING btree ("clinic_id","encounter_id");--> statement-breakpoint
CREATE INDEX "appointment_starts_at" ON "appointment" USING btree ("clinic_id","starts_at");--> statement-breakpoint
CREATE INDEX "appointment_patient_id" ON "appointment" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "appointment_practitioner_id" ON "appointment" USING btree ("clinic_id","practitioner_id");--> statement-breakpoint
CREATE INDEX "channel_consent_patient_id" ON "channel_consent" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "conflict_status" ON "conflict" USING btree ("clinic_id","status");--> statement-breakpoint
CREATE INDEX "day_close_practitioner_id" ON "day_close" USING btree ("clinic_id","practitioner_id");--> statement-breakpoint
CREATE INDEX "device_user_id" ON "device" USING btree ("clinic_id","user_id");--> statement-breakpoint
CREATE INDEX "diagnosis_encounter_id" ON "diagnosis" USING btree ("clinic_id","encounter_id");--> statement-breakpoint
CREATE INDEX "document_patient_id" ON "document" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "encounter_patient_id_visit_at" ON "encounter" USING btree ("clinic_id","patient_id","visit_at");--> statement-breakpoint
CREATE INDEX "encounter_patient_id" ON "encounter" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "encounter_episode_id" ON "encounter" USING btree ("clinic_id","episode_id");--> statement-breakpoint
CREATE INDEX "encounter_practitioner_id" ON "encounter" USING btree ("clinic_id","practitioner_id");--> statement-breakpoint
CREATE INDEX "episode_patient_id" ON "episode" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "guardian_patient_id" ON "guardian" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "letter_patient_id" ON "letter" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "letter_encounter_id" ON "letter" USING btree ("clinic_id","encounter_id");--> statement-breakpoint
CREATE INDEX "note_section_encounter_id" ON "note_section" USING btree ("clinic_id","encounter_id");--> statement-breakpoint
CREATE INDEX "observation_encounter_id" ON "observation" USING btree ("clinic_id","encounter_id");--> statement-breakpoint
CREATE INDEX "patient_national_id" ON "patient" USING btree ("clinic_id","national_id");--> statement-breakpoint
CREATE INDEX "payment_patient_id" ON "payment" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "phrase_user_id" ON "phrase" USING btree ("clinic_id","user_id");--> statement-breakpoint
CREATE INDEX "red_flag_answer_encounter_id" ON "red_flag_answer" USING btree ("clinic_id","encounter_id");--> statement-breakpoint
CREATE INDEX "safety_fact_patient_id" ON "safety_fact" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "signing_key_user_id_device_id" ON "signing_key" USING btree ("clinic_id","user_id","device_id");--> statement-breakpoint
CREATE INDEX "signing_key_user_id" ON "signing_key" USING btree ("clinic_id","user_id");--> statement-breakpoint
CREATE INDEX "treatment_consent_encounter_id" ON "treatment_consent" USING btree ("clinic_id","encounter_id");--> statement-breakpoint
CREATE INDEX "treatment_line_patient_id" ON "treatment_line" USING btree ("clinic_id","patient_id");--> statement-breakpoint
CREATE INDEX "audit_event_patient" ON "audit_event" USING btree ("clinic_id","patient_id","at");--> statement-breakpoint
CREATE INDEX "audit_event_clinic_n" ON "audit_event" USING btree ("clinic_id","clinic_n");--> statement-breakpoint
CREATE INDEX "feed_by_seq" ON "feed" USING btree ("clinic_id","seq");--> statement-breakpoint
CREATE INDEX "feed_by_audience" ON "feed" USING btree ("clinic_id","audience","seq");